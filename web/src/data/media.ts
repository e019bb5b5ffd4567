/** Logged media: what a query answers, and their contents by signed address. Shapes: `assay.wire.messages.media`. */

import type { components } from './api.gen'
import { api, ApiError } from './client'

/** At most so many runs, or keys, in one query. */
export const MEDIA_KEYS = 100

type Schemas = components['schemas']

export type MediaQuery = Omit<Schemas['MediaQuery'], 'runs' | 'keys'> & {
  runs: readonly string[]
  keys: readonly string[]
}
export type MediaContent = Schemas['MediaContent']
export type MediaAnswer = Schemas['MediaPage']

export function readMedia(path: string, query: MediaQuery, signal: AbortSignal): Promise<MediaAnswer> {
  return api.post<MediaAnswer>(`${path}/media/query`, query, { signal })
}

/** An address that the server wrote, as the browser asks it: below the path prefix, if there is one. */
export const contentUrl = (url: string): string => new URL(url.replace(/^\//, ''), document.baseURI).toString()

/** The bytes behind a signed address. `name` is for what is said when they cannot be read. */
export async function contentBytes(url: string, name: string, signal?: AbortSignal): Promise<Uint8Array> {
  let answer: Response
  try {
    answer = await fetch(contentUrl(url), { credentials: 'same-origin', ...(signal ? { signal } : {}) })
  } catch (cause) {
    if (signal?.aborted) throw cause
    throw new ApiError(
      {
        code: 'server_unreachable',
        title: `${name} could not be read`,
        detail: 'The server does not answer. Nothing is lost: the run keeps the file.',
      },
      { cause },
    )
  }
  if (!answer.ok) {
    throw new ApiError({
      code: 'file_unreadable',
      status: answer.status,
      title: `${name} could not be read`,
      detail: `The server answered ${answer.status}. The run keeps the file; its link may have become old: reload the page.`,
    })
  }
  return new Uint8Array(await answer.arrayBuffer())
}
