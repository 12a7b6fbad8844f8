declare const brand: unique symbol

/** A value that only its constructor (or a key derivation) may call by this name. */
export type Brand<Value, Name extends string> = Value & { readonly [brand]: Name }
