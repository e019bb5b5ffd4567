/** Where the reader was named: asked now and then, so that its count stands in the bar of every page. */

import { queryOptions } from '@tanstack/react-query'
import { mentions } from '../../data/mentions'

const AGAIN_MS = 60_000

export const mentionsQuery = queryOptions({
  queryKey: ['mentions'],
  queryFn: ({ signal }) => mentions.list(signal),
  staleTime: AGAIN_MS / 2,
  refetchInterval: AGAIN_MS,
})
