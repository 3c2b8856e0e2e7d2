import type { Log } from '../../base/log.ts'
import { serverAddressesOf } from '../../boot/network-address.ts'
import type { Config } from '../../config/config.ts'
import type { HttpApp } from '../../http/app.ts'
import { createHttpServer, type HttpServer } from '../../http/server.ts'
import { CertificateError, readCertificate } from '../../system/certificate.ts'
import { loopbacksOf } from '../../system/local-addresses.ts'
import { portError } from '../../system/ports.ts'
import { formatIpAddress } from '../../wire/ip-address.ts'
import type { World } from '../../world/world.ts'

/** The addresses on which HTTP listens now: where machines reach us, and this machine itself. */
export function httpAddresses(
  { http, networks }: Pick<Config, 'http' | 'networks'>,
  world: Pick<World, 'networks'>,
): readonly string[] {
  const own = world.networks().flatMap(serverAddressesOf).map(formatIpAddress)
  const isWith6 = networks.some(({ ipv6 }) => ipv6 !== undefined)
  return [...new Set(http.address ?? [...own, ...loopbacksOf(isWith6)])]
}

/** The same routes by HTTP and, where the config has a certificate, by HTTPS. */
export interface HttpDoors extends Pick<HttpServer, 'listen' | 'close'> {
  /** Reads the certificate again; one that cannot be used leaves the one before. */
  renew(): void
}

/** Throws CertificateError for a certificate that cannot be used. */
export function createHttpDoors({
  app,
  world,
  log,
}: {
  readonly app: HttpApp
  readonly world: Pick<World, 'config'>
  readonly log: Log
}): HttpDoors {
  const { port, tls, limits } = world.config().http
  const plain = createHttpServer(app, port, limits)
  const secure = tls && createHttpServer(app, tls.port, limits, readCertificate(tls))
  const listen = (server: HttpServer, at: number, addresses: readonly string[]) =>
    server.listen(addresses).catch(error => {
      throw portError(error, 'TCP', (error as { address?: string }).address ?? '', at)
    })

  return {
    async listen(addresses) {
      await listen(plain, port, addresses)
      if (secure && tls) await listen(secure, tls.port, addresses)
    },
    renew() {
      if (!secure || !tls) return
      try {
        const certificate = readCertificate(tls)
        secure.setCertificate(certificate)
        log.info({ until: certificate.until }, 'certificate read')
      } catch (error) {
        if (!(error instanceof CertificateError)) throw error
        log.error(`${error.message}; the certificate before stays`)
      }
    },
    async close(graceMs) {
      await Promise.all([plain, secure].map(server => server?.close(graceMs)))
    },
  }
}
