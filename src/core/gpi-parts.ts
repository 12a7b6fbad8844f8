/** One part of a GPI: `size` octets, or as many as the `lengthSize` octets before it say. */
export interface GpiPart {
  readonly name: string
  readonly form: 'hex' | 'text' | { readonly names: Readonly<Record<number, string>> }
  readonly size?: number
  readonly lengthSize?: number
}

/** Version 1 and whether AUTN is AUTN*, for the card. */
export const gpiFirstOctets = { GBA_ME: 0x10, GBA_U: 0x18 } as const
/** Octets of the MAC that ends a GPI. */
export const gpiMacSize = 16

/** What stands in a GPI, in order. TS 33.223 5.2.1; the coding is ours. */
export const gpiParts = {
  version: {
    name: 'version and UICC-ME',
    form: { names: { [gpiFirstOctets.GBA_ME]: '1, GBA_ME', [gpiFirstOctets.GBA_U]: '1, GBA_U' } },
    size: 1,
  },
  rand: { name: 'RAND', form: 'hex', size: 16 },
  autn: { name: 'AUTN', form: 'hex', size: 16 },
  uiccAppLabel: { name: 'UICC-App-Label', form: 'text', lengthSize: 1 },
  ciphertext: { name: 'ciphertext', form: 'hex', lengthSize: 2 },
  mac: { name: 'MAC', form: 'hex', size: gpiMacSize },
} as const satisfies Record<string, GpiPart>
