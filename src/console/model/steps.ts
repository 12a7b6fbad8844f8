/** What happens in each step, for who reads a ladder for the first time. CR 33.303 6.X.3.2 and 6.X.3.3. */
export const steps: Readonly<Record<string, string>> = {
  '0': 'UE-2 bootstraps with its BSF (GBA) and opens PC8 to KMF-2 with the key under its B-TID.',
  '1': 'UE-1 bootstraps with its BSF (GBA): both now have Ks, named by a B-TID.',
  '2': 'The UEs discover each other.',
  '3': 'UE-1 asks for a link: its B-TID (or IMSI), its capabilities, Nonce_1 and the name of its KMF.',
  '4': 'UE-2 asks its KMF for the key to talk to UE-1.',
  '5': 'KMF-2 looks whether UE-2 may be reached by UEs of that network.',
  '6': 'KMF-2 passes the request to the KMF of UE-1.',
  '7': 'KMF-1 looks for a NAF key of UE-1, and whether UE-1 may talk to UE-2.',
  '7a': 'KMF-1 holds a valid NAF key under this B-TID.',
  '7b': 'The key under this B-TID has expired or is too old: KMF-1 has BSF-1 push a new one (GBA push).',
  '7c': 'KMF-1 does not know this B-TID and asks BSF-1 for its key.',
  '7d': 'UE-1 sent its IMSI: KMF-1 has BSF-1 push a key (GBA push).',
  '8': 'KMF-1 derives the PDK from the NAF key and the ID of UE-2.',
  '9': 'KMF-1 gives PDK, its expiry and, after GBA push, the GPI to KMF-2.',
  '10': 'KMF-2 passes them on to UE-2 and forgets the PDK.',
  '11': 'UE-2 derives KD-sess from PDK, Nonce_1 and Nonce_2, then PEK and PIK for the chosen algorithms.',
  '12': 'UE-2 answers with what UE-1 needs to derive the same keys, protected by PIK.',
  '13': 'UE-1 derives the same keys and checks MAC-I, its own capabilities and the ID of UE-2.',
  '14': 'UE-1 confirms; from here on everything is ciphered by PEK and protected by PIK.',
  RN1: 'The BSF does not know the B-TID: re-negotiation begins.',
  RN2: 'KMF-1 tells KMF-2 that UE-1 must bootstrap.',
  RN3: 'KMF-2 tells UE-2.',
  RN4: 'UE-2 tells UE-1, with Nonce_1 of its request as proof that it heard it.',
  RN5: 'UE-1 bootstraps again, and asks once more with the new B-TID, or with its IMSI if it cannot.',
}

export const stepClause = (step: string): string =>
  step.startsWith('RN') ? 'CR 33.303 6.X.3.3' : `CR 33.303 6.X.3.2 step ${step}`
