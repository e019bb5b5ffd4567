/** What can be said about something that was thrown. */

import type { Failure } from './states'

interface Told {
  title?: string
  detail?: string
  id?: string
  status?: number
}

/** `title` says what could not be done: "The project list could not be read". */
export function failureOf(error: unknown, title: string): Failure {
  const told = (typeof error === 'object' && error !== null ? error : {}) as Told
  const detail = told.detail || (error instanceof Error ? error.message : String(error))
  return { title, detail, id: told.id ?? '' }
}

/** The HTTP status behind an error; 0 when no answer came or it is no answer's error. */
export function statusOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'status' in error ? Number(error.status) : 0
}
