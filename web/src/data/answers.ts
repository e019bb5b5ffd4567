/** What the server answered to a change, in place of what was read before it. */

import type { QueryClient, QueryKey } from '@tanstack/react-query'

/** An answer on its way was asked for before the change: coming last, it would show what was before. It is asked for again. */
export async function putAnswer<T>(
  client: QueryClient,
  queryKey: QueryKey,
  change: (before: T | undefined) => T | undefined,
): Promise<void> {
  await client.cancelQueries({ queryKey, exact: true })
  client.setQueryData<T>(queryKey, change)
  void client.invalidateQueries({ queryKey, exact: true })
}
