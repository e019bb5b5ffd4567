/** Where the reader was named, and whom a text of a project can name. Shapes: `assay.wire.messages.mentions`. */

import { queryOptions } from '@tanstack/react-query'
import type { components } from './api.gen'
import { api } from './client'

export type Person = components['schemas']['Person']
export type Mention = components['schemas']['Mention']
export type MentionPage = components['schemas']['MentionPage']

const PEOPLE_MS = 300_000

/** `path` is the project's, as `ProjectApi` has it. */
export const peopleQuery = (path: string) =>
  queryOptions({
    queryKey: ['people', path],
    queryFn: ({ signal }) => api.get<Person[]>(`${path}/people`, { signal }),
    staleTime: PEOPLE_MS,
  })

export const mentions = {
  list: (signal?: AbortSignal) => api.get<MentionPage>('me/mentions', signal ? { signal } : {}),
  read: (ids: readonly number[]) => api.post<MentionPage>('me/mentions/read', { ids }),
}
