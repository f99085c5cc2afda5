// What a browser tells of the protection of a connection (webrtc-stats: transport and certificate reports).

export interface Measured {
  readonly tls: string;
  readonly cipher: string;
  /** As "sha-256 AB:…", or null when the browser does not show it. */
  readonly certificate: string | null;
}

/** "FEFD" is DTLS 1.2 in the record header: versions count downwards from FEFF. */
export function dtlsName(version: string | undefined): string {
  if (version === 'FEFD') return 'DTLS 1.2';
  if (version === 'FEFC') return 'DTLS 1.3';
  return 'DTLS';
}

export function readTransport(reports: ReadonlyMap<string, Record<string, unknown>>): Measured | null {
  for (const report of reports.values()) {
    if (report['type'] !== 'transport' || report['dtlsState'] !== 'connected') continue;
    const peer = reports.get(String(report['remoteCertificateId'] ?? ''));
    const shown =
      peer && typeof peer['fingerprint'] === 'string'
        ? `${String(peer['fingerprintAlgorithm'])} ${peer['fingerprint']}`
        : null;
    return {
      tls: dtlsName(report['tlsVersion'] as string | undefined),
      cipher: String(report['srtpCipher'] ?? ''),
      certificate: shown,
    };
  }
  return null;
}

export async function measure(connection: RTCPeerConnection): Promise<Measured | null> {
  const reports = new Map<string, Record<string, unknown>>();
  (await connection.getStats()).forEach((report: Record<string, unknown>, id: string) => reports.set(id, report));
  return readTransport(reports);
}
