/**
 * Whether connections to a host go past the proxy.
 *
 * Read as the AWS CLI and curl do: a name counts for the hosts below it as well, with a leading dot or `*.` or without.
 * `*` names all hosts; with `:443`, only this port is meant.
 * https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-proxy.html
 * @param host name or address, an IPv6 address without brackets
 * @param noProxy what NO_PROXY lists, separated by commas or blanks
 */
export function bypassesProxy(host: string, port: number, noProxy: string): boolean {
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      // An IPv6 address has colons of its own, and brackets where a port follows.
      const [, bracketed, name, of] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? [];
      const wanted = (bracketed ?? name ?? entry).replace(/^\*?\./, '');
      const isHost = wanted === '*' || host.toLowerCase() === wanted || host.toLowerCase().endsWith(`.${wanted}`);
      return isHost && (of === undefined || Number(of) === port);
    });
}
