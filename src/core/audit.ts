/** One change of the administration, or one that was refused. No text of it may be a secret; an IMSI is masked (R31). */
export interface AuditEntry {
  /** Who asked: the name in a client certificate, or the user of the operating system. */
  readonly who: string
  /** The change, for example `subscriber add`. */
  readonly what: string
  /** What was changed, for example `subscriber 00101········01`. */
  readonly subject: string
  readonly outcome: 'done' | 'refused' | 'failed'
  readonly detail?: Readonly<Record<string, string>>
}

/** Where every change of the administration is told (R46). */
export interface Audit {
  /** Resolves when the entry would survive a loss of power: only then may the change be acknowledged. */
  record(entry: AuditEntry): Promise<void>
}
