-- A database for each node: a store is not shared between kinds of node.
create database hss1;
create database bsf1;
create database kmf1;
create database hss2;
create database bsf2;
create database kmf2;
