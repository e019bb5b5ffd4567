/** What people say about a thing of a project: a thread per thing. Shapes: `assay.wire.messages.comments`. */

import type { components } from './api.gen'
import { api, pathOf } from './client'

export type Comment = components['schemas']['Comment']
export type CommentPage = components['schemas']['CommentPage']
/** A page of a project: the workspace or a run's charts, and a link to what it showed. */
export type Place = components['schemas']['Place']
export type SubjectKind = components['schemas']['CommentDraft']['kind']

/** `path` is the project's, as `ProjectApi` has it. */
export const listComments = (
  path: string,
  kind: SubjectKind,
  subject: string,
  signal?: AbortSignal,
): Promise<CommentPage> => api.get(`${path}/comments`, { query: { kind, subject }, ...(signal ? { signal } : {}) })

export const countComments = (
  path: string,
  kind: SubjectKind,
  subjects: readonly string[],
): Promise<{ counts: Record<string, number> }> => api.post(`${path}/comments/count`, { kind, subjects })

/** `place`: where it is said. */
export const addComment = (
  path: string,
  kind: SubjectKind,
  subject: string,
  text: string,
  place: Place | null,
): Promise<Comment> => api.post(`${path}/comments`, { kind, subject, text, place })

export const editComment = (path: string, id: number, text: string, place: Place | null): Promise<Comment> =>
  api.patch(`${path}/comments/${pathOf(String(id))}`, { text, place })

export const deleteComment = (path: string, id: number): Promise<void> =>
  api.delete(`${path}/comments/${pathOf(String(id))}`)
