/** Where the reader was named: asked now and then, so that its count stands in the bar of every page. */

import { queryOptions } from '@tanstack/react-query'
import { pathOf } from '../../data/client'
import { type Mention, mentions } from '../../data/mentions'

const AGAIN_MS = 60_000

export const mentionsQuery = queryOptions({
  queryKey: ['mentions'],
  queryFn: ({ signal }) => mentions.list(signal),
  staleTime: AGAIN_MS / 2,
  refetchInterval: AGAIN_MS,
})

/** The page that it is on, within the application; of a region, the page on which it was seen, which opens at it. */
export function placeOf({ entity, project, run, region, link }: Mention): string {
  const page = `/${pathOf(entity, project)}${run ? `/runs/${pathOf(run)}` : ''}`
  if (!region) return page
  const seen = {
    ...(run ? { tab: 'charts' } : {}),
    // What was kept is said from an untouched page, whatever the project opens with.
    ...(link ? { view: 'none', s: link } : {}),
    region,
  }
  return `${page}?${new URLSearchParams(seen).toString()}`
}
