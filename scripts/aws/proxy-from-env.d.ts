declare module 'proxy-from-env' {
  /** The proxy for a URL by the environment of the process; empty where NO_PROXY names its host, or there is none. */
  export function getProxyForUrl(url: string): string;
}
