/**
 * The UI server's only reading of its environment, made at run time: one built image serves any domain.
 * (`process.env` is passed whole because the bundler would bake `process.env.NEXT_PUBLIC_*` into the build.)
 */
export type Environment = {
  /** Where this server reaches the API. */
  readonly internalApiUrl: string;
  /** Set = browsers call the API directly at this origin; null = through this server's `/api/*`. */
  readonly publicApiUrl: string | null;
  /** Where browsers PUT their files with a presigned URL. */
  readonly s3PublicOrigin: string;
  /** `Host` values this server answers to, lower case, with the port unless it is the scheme's own. */
  readonly hosts: ReadonlySet<string>;
  /** The operator's proxies, addresses or CIDRs: only what they forward is believed. */
  readonly trustedProxies: readonly string[];
};

export function readEnvironment(source: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const trimmed = (url: string) => url.replace(/\/+$/, "");
  return {
    internalApiUrl: trimmed(source.INTERNAL_API_URL || `http://127.0.0.1:${source.HOST_API_PORT || 8000}`),
    publicApiUrl: source.NEXT_PUBLIC_API_URL ? trimmed(source.NEXT_PUBLIC_API_URL) : null,
    s3PublicOrigin: new URL(
      source.S3_PUBLIC_ENDPOINT || source.S3_ENDPOINT || `http://127.0.0.1:${source.HOST_S3_PORT || 9000}`,
    ).origin,
    hosts: ownHosts(source.PUBLIC_BASE_URL, [source.PORT || "3000", source.HOST_UI_PORT]),
    trustedProxies: (source.TRUSTED_PROXIES ?? "")
      .split(",")
      .map((entry) => entry.trim())
      .filter(Boolean),
  };
}

/** The public name, and this machine's own names with the ports the UI is reached at (a container maps one to another). */
function ownHosts(publicBaseUrl: string | undefined, ports: readonly (string | undefined)[]): Set<string> {
  const hosts = new Set<string>();
  for (const port of ports)
    if (port) for (const name of ["localhost", "127.0.0.1", "[::1]"]) hosts.add(`${name}:${port}`);
  if (publicBaseUrl) {
    const { host, hostname, port, protocol } = new URL(publicBaseUrl);
    hosts.add(host).add(`${hostname}:${port || (protocol === "https:" ? 443 : 80)}`);
  }
  return hosts;
}
