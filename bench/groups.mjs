/** Each group: what it measures, how, and the module with its function, which is loaded when it runs. */
export const groups = {
  algorithms: {
    about: 'ciphers, MACs and key derivations, to C and to node:crypto',
    method:
      'Calls under a prepared key, in processor time of the process. 128-EEA and 128-EIA 1 and 3 are compared with portable C (`bench/c`, `gcc -O3`), which shares the algorithms and the tables; without gcc these rows are left out. AES, MILENAGE and the KDF are compared with node:crypto, called as its documentation shows.',
    load: async () => (await import('./algorithms.mjs')).algorithms,
  },
  codecs: {
    about: 'decoding and encoding of Diameter and PC5 signalling, to JSON',
    method:
      'Whole messages to their checked values and back, in processor time of the process. JSON of the same values, octets as hex, shows what the engine needs for that many values.',
    load: async () => (await import('./codecs.mjs')).codecs,
  },
  store: {
    about: 'durable inserts, gets, and what they do to the event loop',
    method:
      'The store of a BSF in SQLite, opened as its node opens it. A durable insert is compared with one page and its fdatasync, on the same disk; a get with the prepared statement of the same row and the opening of its sealed key. Event-loop delay is that of the thread that calls.',
    load: async () => (await import('./store.mjs')).store,
  },
  nodes: {
    about: 'requests at KMF, BSF and HSS, to bare servers of the same kind',
    method:
      'Each server runs in a process of its own, the load comes from this one: for each process 16 UEs at a time on PC8 and Ub, or 64 Diameter requests without an answer, over plain TCP. Every request is of another subscriber, chosen over the whole store. There is a store of each size, filled before with the rows that the nodes would have written, and all sizes are measured turn by turn. The bare server is net, node:http, or node:https with TLS-PSK: it answers at once with as many octets and keeps nothing; a bootstrapping is two requests on a new connection. Ratios to it are of answers for a second of the CPU time of the servers. "And its parts": beside that server what a key request needs of others, in a loop of its own: one parse of the XML, the three statements of SQLite, AES-GCM of one sealed key and one HMAC; nothing of ours is in it, so no key request can be faster. PostgreSQL is not part of that: "us of PostgreSQL" is its CPU time for each answer; nor is the HSS behind a BSF that bootstraps, a real one with as many subscribers. "largest store", "2 processes together" and DWR are ratios of plain rates. DWRs differ in their identifiers, as those of one peer do. PostgreSQL is started for the run with the settings of Debian\'s packages. It, the nodes and the load share the processors of this machine: where there are two, a second process cannot double a rate. Rows of PostgreSQL and freeDiameterd are missing where they are not installed.',
    load: async () => (await import('./nodes.mjs')).nodes,
  },
  'set-up': {
    about: 'whole set-ups in each branch of step 7, to the sum of their parts',
    method:
      'All nodes and both UEs are in one process: on sockets of loopback with SQLite, Diameter over plain TCP, or in simulated time without sockets and disks. A set-up is steps 2 to 14 and the release of the link, one after the other; PC8 of UE-2, and of UE-1 in branch 7a, is open before, and before each set-up of branch 7c UE-1 bootstraps on Ub. Every twentieth set-up with one B-TID a UE bootstraps anew, which is counted. The parts are those of one such set-up that was recorded: each message decoded and encoded once; each derivation, AKA run, digest, MAC-I and ciphering, at both ends; each call to a store made again, on the same SQLite stores, with another RAND and B-TID where the set-up drew them; the octets of each exchange over bare sockets with node:http, node:https with TLS-PSK, TCP, and the sockets of the radio, both ends in this process. Not among them are state machines, timers and checks. No tap listens: what logs, metrics and captures would be told is made by neither. The ratio is the CPU time of all parts divided by that of the set-up. Set-ups and parts are done in turn, once each: so both find the caches of the processor as the work of a whole network leaves them; a part that is done again and again for itself takes a half to a third of that. Columns of parts are us of CPU. In simulation the parts are the cryptography and the codecs.',
    load: async () => (await import('./set-up.mjs')).setUps,
  },
  start: {
    about: 'start of nodes, and their memory',
    method:
      'Each node is started in a process of its own on a new SQLite store, several times. Resident memory is what the system counts once it serves and before anybody asks.',
    load: async () => (await import('./start.mjs')).start,
  },
  'user-data': {
    about: 'user data over a link, to the bare UDP sockets',
    method:
      'Packets of 1400 octets go over a secured link, in frames without protection ("to clear frames"), and as one buffer of the same size over the bare sockets. What sends has a thread, what hears has another; at most 64 packets are on their way. Losses are counted at half of the rate. Octets of the heap are for one packet, at half of the rate and at all of it.',
    load: async () => (await import('./user-data.mjs')).userData,
  },
  console: {
    about: 'the page of the console: first paint, many messages, live ones',
    method:
      "Debian's Chromium without a graphics processor opens the page that a console serves, each time in a context of its own, so that nothing is in a cache. Times count from the request. The run is a recorded one, told again and again. The longest task is what the thread of the page did in one piece, in its CPU time. Without Chromium or playwright-core there are no rows.",
    load: async () => (await import('./console.mjs')).consolePage,
  },
}
