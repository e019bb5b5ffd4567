import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import { RunApi } from '../../data/run'
import type { RunSession } from './session'
import { useBaseline, wholeRunKey } from './useRun'

afterEach(cleanup)

it('a baseline that cannot be read leaves no empty run for its own page', async () => {
  const get = vi.spyOn(RunApi.prototype, 'get').mockRejectedValue(new Error('gone'))
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const session = { entity: 'ann', project: 'digits', run: 'r1' } as RunSession
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  )
  const { result } = renderHook(() => useBaseline(session, { base: 'r2' }), { wrapper })
  await waitFor(() => expect(get).toHaveBeenCalled())
  await waitFor(() => expect(client.isFetching()).toBe(0))
  expect(result.current).toBeNull()
  expect(client.getQueryData(wholeRunKey('ann', 'digits', 'r2'))).toBeUndefined()
})
