import { rowsOfMarks, statement } from './sql.ts'

/**
 * Subscribers of an import until all of it is there, which nobody else reads or waits for: `batch` is the time at which it
 * began and a UUID, `nth` counts from 0. In no backup.
 */
export const stagingTables = `create table staged_subscriber (
       batch text not null,
       nth integer not null,
       imsi text,
       impi text,
       version integer,
       secrets blob,
       algorithm text,
       keccak_iterations integer,
       amf blob,
       gba text,
       ks_lifetime_seconds integer,
       prose_ue_ids text,
       permissions text,
       public_safety integer,
       primary key (batch, nth)
     ) strict;
     create index staged_subscriber_imsi on staged_subscriber (batch, imsi, nth);
     create index staged_subscriber_impi on staged_subscriber (batch, impi, nth);
     create table staged_prose_ue_id (
       batch text not null,
       nth integer not null,
       id text not null,
       primary key (batch, nth, id)
     ) strict;
     create index staged_prose_ue_id_id on staged_prose_ue_id (batch, id, nth);`

/** Those from `from` until before `until` of a batch. */
export interface Range {
  readonly batch: string
  readonly from: number
  readonly until: number
}

export const stageUeIds = (rows: number) =>
  statement(`insert into staged_prose_ue_id (batch, nth, id) values ${rowsOfMarks(rows, 3)}
    on conflict (batch, nth, id) do nothing`)
