import { LocalFault } from '../../core/errors.ts'

const withoutTun = 'without a TUN device a link still carries user data of this program'

/** Neither root nor CAP_NET_ADMIN. */
export class TunNotPermitted extends LocalFault {
  readonly code = 'ERR_TUN_NOT_PERMITTED'
  readonly hint = `run as root, or with CAP_NET_ADMIN; ${withoutTun}`
}

/** This machine has no TUN devices, or not this one. */
export class TunUnavailable extends LocalFault {
  readonly code = 'ERR_TUN_UNAVAILABLE'
  readonly hint = `Linux, /dev/net/tun, ip of iproute2 and the optional package koffi are needed; ${withoutTun}`
}
