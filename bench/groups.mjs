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
    about: 'Diameter watchdog and KMF key requests, to bare servers of the same kind',
    method:
      'Each server runs in a process of its own, over plain TCP for Diameter; the load comes from this one. The ratio of DWR is of plain rates; the others are of requests for a second of the CPU time of the servers. Every request asks for another subscriber, chosen over the whole store.',
    load: async () => (await import('./nodes.mjs')).nodes,
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
}
