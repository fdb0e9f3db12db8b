import { kindOf } from './errors';

/**
 * A client of the SDK that is made anew once its credentials turn out to be expired, so that the next call asks for new
 * ones: the SDK itself does so only for those whose end it knows, and a user may have signed in again.
 */
export function renewed<C extends { destroy(): void }>(
  make: () => C,
): { send: <T>(call: (client: C) => Promise<T>) => Promise<T>; close: () => void } {
  let client = make();
  return {
    async send(call) {
      const used = client;
      try {
        return await call(used);
      } catch (error) {
        if (kindOf(error) === 'credentials' && used === client) {
          client = make();
          used.destroy();
        }
        throw error;
      }
    },
    close: () => client.destroy(),
  };
}
