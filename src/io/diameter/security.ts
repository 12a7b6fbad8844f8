import { constants } from 'node:crypto'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import {
  connect as connectTls,
  createServer as createTlsServer,
  Server as TlsServer,
  TLSSocket,
  type ConnectionOptions,
  type TlsOptions,
} from 'node:tls'
import type { Fqdn } from '../../core/identities/fqdn.ts'
import type { StreamAddress, Streams } from '../streams.ts'

/** PEM texts of a mutual TLS connection; plain TCP is for measuring and teaching only. */
export type DiameterSecurity =
  { readonly ca: string; readonly cert: string; readonly key: string } | { readonly unsafePlainTcp: true }

/** TLS 1.2 and 1.3, AEAD with ephemeral keys, neither tickets nor renegotiation (R38). */
const profile = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [
    'TLS_AES_128_GCM_SHA256',
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
  ].join(':'),
  secureOptions:
    constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
} as const satisfies TlsOptions

/** Calls `accept` with each connection whose TLS handshake is done, its first octets unread. */
export function createServer(security: DiameterSecurity, accept: (socket: Socket) => void): Server {
  if ('unsafePlainTcp' in security) return createTcpServer({ noDelay: true }, accept)
  const { ca, cert, key } = security
  const options = { ...profile, ca, cert, key, requestCert: true, rejectUnauthorized: true }
  return createTlsServer({ ...options, noDelay: true, handshakeTimeout: 10_000 }, accept)
}

/** Connections that come from now on see this certificate and are judged by this authority. */
export function renewSecurity(server: Server, security: DiameterSecurity): void {
  if (!(server instanceof TlsServer) || 'unsafePlainTcp' in security) return
  const { ca, cert, key } = security
  server.setSecureContext({ ...profile, ca, cert, key })
}

/** A connection on its way; `ready` is called when TLS is up and the certificate bears the name of the peer. */
export function connectTo(
  security: DiameterSecurity,
  streams: Streams,
  address: StreamAddress,
  peer: Fqdn,
  ready: () => void,
): Socket {
  if ('unsafePlainTcp' in security) return streams.connect(address).once('connect', ready)
  const { ca, cert, key } = security
  const options: ConnectionOptions = {
    ...profile,
    ...address,
    ca,
    cert,
    key,
    servername: peer,
    checkServerIdentity: () => undefined,
  }
  const socket = connectTls(options, () => {
    if (bearsName(socket, peer)) ready()
    else socket.destroy(new Error(`the certificate does not bear the name ${peer}`))
  })
  socket.setNoDelay(true)
  streams.follow?.(address, socket)
  return socket
}

/** Whether the certificate of the other side is for exactly this Origin-Host (R38); plain TCP has no name to check. */
export function bearsName(socket: Socket, host: Fqdn): boolean {
  if (!(socket instanceof TLSSocket)) return true
  const certificate = socket.getPeerX509Certificate()
  return certificate?.checkHost(host, { subject: 'never', wildcards: false }) !== undefined
}
