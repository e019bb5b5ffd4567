import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, renderHook, waitFor } from '@testing-library/react'
import type { ReactNode } from 'react'
import { afterEach, expect, it, vi } from 'vitest'
import type { DecodedSeries } from '../../data/arrow'
import * as media from '../../data/media'
import { type DrawnRun, PanelContext, type PanelServices } from '../context'
import type { ChartPanel } from '../schema'
import { useChartRows } from './useRows'

afterEach(cleanup)

const RUNS: DrawnRun[] = [{ id: 'r1', name: 'amber-otter', ordinal: 0, isLive: false }]
const gone = (): Promise<never> => Promise.reject(new TypeError('gone'))
const LOGGED: media.MediaAnswer = {
  series: [
    {
      run: 'r1',
      key: 'rates',
      type: 'vega-lite',
      steps: [1],
      items: [
        {
          step: 1,
          time: 1,
          count: 1,
          values: [{ _type: 'vega-lite', path: 't.json' }],
          contents: { 't.json': { url: '/blobs/t', size: 9, digest: 'd' } },
        },
      ],
    },
  ],
}

function chart(panel: Partial<ChartPanel>, readSeries: () => Promise<unknown> = gone) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const services = {
    api: { path: 'projects/ann/digits', readSeries },
    entity: 'ann',
    project: 'digits',
  } as unknown as PanelServices
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>
      <PanelContext value={services}>{children}</PanelContext>
    </QueryClientProvider>
  )
  const { result } = renderHook(() => useChartRows({ kind: 'chart', id: 'c', ...panel }, RUNS, 1, true), { wrapper })
  return { client, result }
}

it('a chart keeps the rows that it has when they cannot be read again', async () => {
  const series = { run: 'r1', key: 'loss', data: { rows: 1, x: [7], mean: [0.5] } } as unknown as DecodedSeries
  let isUp = true
  const { client, result } = chart({ source: 'history', fields: { y: 'loss' } }, () =>
    isUp ? Promise.resolve([series]) : gone(),
  )
  await waitFor(() => expect(result.current.rows).toHaveLength(1))
  isUp = false
  await client.refetchQueries()
  await waitFor(() =>
    expect(
      client
        .getQueryCache()
        .getAll()
        .some(query => query.state.status === 'error'),
    ).toBe(true),
  )
  expect(result.current.rows).toHaveLength(1)
  expect(result.current.error).toBeNull()
})

it('a logged table that could not be read is read when it is tried again', async () => {
  vi.spyOn(media, 'readMedia').mockResolvedValue(LOGGED)
  const read = vi.spyOn(media, 'contentBytes').mockImplementationOnce(gone)
  read.mockResolvedValue(new TextEncoder().encode('{"columns": ["epoch"], "data": [[3]]}'))
  const { result } = chart({ source: 'logged', key: 'rates', fields: { x: 'epoch' } })
  await waitFor(() => expect(result.current.error).toBeTruthy())
  result.current.retry()
  await waitFor(() => expect(result.current.rows).toHaveLength(1))
  expect(result.current.error).toBeNull()
})
