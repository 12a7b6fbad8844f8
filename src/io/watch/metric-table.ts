/** One metric: what it says, and the labels it has. */
export interface MetricRow {
  readonly kind: 'counter' | 'gauge' | 'histogram'
  readonly says: string
  readonly labels: readonly string[]
}

const row = <const Label extends string = never>(
  kind: MetricRow['kind'],
  says: string,
  ...labels: readonly Label[]
) => ({ kind, says, labels })

/**
 * Every metric of a node besides those of its process. Labels have few values, and none names a subscriber, a B-TID or a key
 * (R31).
 */
export const metricTable = {
  sidelock_exchanges_total: row(
    'counter',
    'Requests by how they ended: cause is none, the code of an error, or what the answer said',
    ...(['point', 'command', 'side', 'cause'] as const),
  ),
  sidelock_exchange_seconds: row(
    'histogram',
    'From request to answer; PROSE_DIRECT_KEY_REQUEST is step 4 to step 10, PKR step 6 to step 9',
    ...(['point', 'command', 'side'] as const),
  ),
  sidelock_messages_total: row('counter', 'Messages sent, heartbeats apart', 'point', 'name'),
  sidelock_octets_total: row('counter', 'Octets of messages sent, heartbeats apart', 'point'),
  sidelock_branches_total: row(
    'counter',
    'Decisions of step 7 at KMF-1: authorised, not-authorised or failed',
    ...(['branch', 'outcome'] as const),
  ),
  sidelock_refusals_total: row(
    'counter',
    'Refusals by their true reason, which no other node is told',
    ...(['code', 'step', 'rule'] as const),
  ),
  sidelock_dropped_total: row('counter', 'Input that was dropped, refused or failed', 'reason', 'rule'),
  sidelock_decisions_total: row(
    'counter',
    'Decisions and changes of state: bootstrapped, derived, pushed, vector, secured and the like',
    'what',
  ),
  sidelock_faults_total: row('counter', 'Faults of this node that no peer caused', 'code'),
  sidelock_set_ups_total: row('counter', 'Attempts of this UE by their end', 'role', 'outcome'),
  sidelock_set_up_seconds: row('histogram', 'An attempt at this UE, from its first step', 'role', 'outcome'),
  sidelock_store_calls_total: row(
    'counter',
    'Calls to the store: cause is none or the code of an error',
    'call',
    'cause',
  ),
  sidelock_store_seconds: row('histogram', 'Calls to the store', 'call'),
  sidelock_table_entries: row('gauge', 'Entries of bounded tables and queues', 'table'),
  sidelock_table_limit: row('gauge', 'Their bounds', 'table'),
  sidelock_peer_available: row('gauge', '1 when the Diameter peer takes requests', 'peer', 'phase'),
  sidelock_wall_clock_step_seconds: row(
    'gauge',
    'How far the wall clock stepped since the start: beyond 300 no key is issued',
  ),
  sidelock_ready: row('gauge', '1 when /ready says so'),
  sidelock_node_info: row('gauge', '1; what this node is', 'node', 'role', 'version'),
} as const satisfies Readonly<Record<string, MetricRow>>

export type MetricName = keyof typeof metricTable
export type LabelsOf<Name extends MetricName> = Readonly<
  Record<(typeof metricTable)[Name]['labels'][number], string>
>

/** Upper bounds of the histograms, in seconds: a store on this machine to the longest wait on PC8. */
export const buckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 13,
] as const
