/** What two home networks may add to the messages of a set-up, with its bit in the extension set. */
const extensionBits = { E1: 1, E2: 2, E3: 4 } as const
export type Extension = keyof typeof extensionBits
export const extensionNames = Object.keys(extensionBits) as readonly Extension[]

/** The extension set as every interface carries it; 0 is the plain procedure. */
export const extensionSetOf = (extensions: readonly Extension[]): number =>
  extensions.reduce((set, extension) => set | extensionBits[extension], 0)

export const hasExtension = (set: number, extension: Extension): boolean =>
  (set & extensionBits[extension]) !== 0

/** `E1 E3`; an unknown bit has no name. */
export const extensionsIn = (set: number): string =>
  extensionNames.filter((extension) => hasExtension(set, extension)).join(' ')

/** Whether steps 4 and 6 carry Nonce_1. */
export const needsNonce1 = (set: number): boolean => hasExtension(set, 'E1') || hasExtension(set, 'E2')
