/** The operator's way out. */
export interface OutboundProxy {
  readonly url: string;
  /** NO_PROXY, lower case. */
  readonly exceptions: readonly string[];
}

/** Whether an address is called without the proxy: `*`, a name and all below it (`.intra`, `intra`), each with a port or not. */
export function isProxyException({ hostname, port, protocol }: URL, exceptions: readonly string[]): boolean {
  const host = hostname.toLowerCase();
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  return exceptions.some((exception) => {
    const [, name = "", exceptionPort] = /^(.*?)(?::(\d+))?$/.exec(exception.replace(/^\*?\./, "")) ?? [];
    if (exceptionPort !== undefined && exceptionPort !== ownPort) return false;
    return name === "*" || host === name || (name !== "" && host.endsWith(`.${name}`));
  });
}
