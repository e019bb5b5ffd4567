/** The search of the logs tab: asked on the server in bounded steps until all lines are looked through; one match is the current. */

import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { ApiError } from '../../../data/client'
import type { Look } from '../../../data/run'
import type { RunSession } from '../session'

export interface Found {
  /** Matches so far. */
  total: number
  scanned: number
  lineCount: number
  isComplete: boolean
  /** Place of the current match among all; −1: none. */
  position: number
  /** Line number of the current match; −1: none. */
  number: number
  tookMs: number
}

export interface SearchFault {
  at: number
  detail: string
}

export interface Search {
  found: Found | null
  fault: SearchFault | null
  error: unknown
  step: (by: 1 | -1) => Promise<void>
}

const AFTER_MS = 180

interface SearchHandlers {
  /** Where the reader is. */
  fromLine: () => number
  /** Called with the line of the match that is to be shown. */
  onMatch: (line: number, isFirst: boolean) => void
  /** Called with what was looked for once the server has read it: a pattern that is half typed never gets here. */
  onGood: (look: Look) => void
}

export function useSearch(session: RunSession, look: Look, given: SearchHandlers): Search {
  const [found, setFound] = useState<Found | null>(null)
  const [fault, setFault] = useState<SearchFault | null>(null)
  const [error, setError] = useState<unknown>(null)
  const current = useRef(-1)
  const handlers = useRef(given)
  useLayoutEffect(() => {
    handlers.current = given
  }, [given])
  const { pattern, isRegex, ignoreCase } = look
  const key = JSON.stringify([pattern, isRegex, ignoreCase, look.labels, look.levels])
  const latest = useRef(look)
  useLayoutEffect(() => {
    latest.current = look
  }, [look])

  useEffect(() => {
    current.current = -1
    setError(null)
    if (pattern === '') {
      setFound(null)
      setFault(null)
      return
    }
    const abort = new AbortController()
    const run = async () => {
      let spent = 0
      let isFirst = true
      let isNew = true
      // The first match from where the reader is; then on until every line is counted.
      for (;;) {
        const from = isFirst ? Math.max(0, handlers.current.fromLine()) : 0
        const answer = await session.api.search(
          latest.current,
          { first: current.current < 0 ? from : current.current, limit: 1, direction: 'forward' },
          abort.signal,
        )
        spent += answer.took_ms
        setFault(null)
        if (isNew) handlers.current.onGood(latest.current)
        isNew = false
        const match = answer.matches[0]
        if (match && current.current < 0) {
          current.current = match.number
          handlers.current.onMatch(match.number, true)
        }
        setFound({
          total: answer.total,
          scanned: answer.scanned,
          lineCount: answer.line_count,
          isComplete: answer.is_complete,
          position: match?.position ?? -1,
          number: match?.number ?? -1,
          tookMs: spent,
        })
        if (answer.is_complete) {
          // Nothing behind the reader: begin at the top.
          if (match || !isFirst || answer.total === 0) return
        }
        isFirst = answer.is_complete ? false : isFirst
      }
    }
    const timer = setTimeout(() => {
      run().catch((thrown: unknown) => {
        if (abort.signal.aborted) return
        if (thrown instanceof ApiError && thrown.code === 'invalid_pattern') {
          // The list stays as it was: what is half typed is no question yet.
          setFault({
            at: Number(thrown.fields.at ?? 0),
            detail: typeof thrown.fields.detail === 'string' ? thrown.fields.detail : thrown.detail,
          })
          setFound(null)
        } else setError(thrown)
      })
    }, AFTER_MS)
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
    // oxlint-disable-next-line react/exhaustive-deps -- the key stands for what is looked for
  }, [session, key])

  const wanted = useRef(key)
  useLayoutEffect(() => {
    wanted.current = key
  }, [key])
  const take = useCallback(
    async (by: 1 | -1, of: string) => {
      const look = latest.current
      if (look.pattern === '' || of !== wanted.current) return
      const ask = (first: number | null) =>
        session.api.search(look, { first, limit: 1, direction: by === 1 ? 'forward' : 'backward' })
      let answer = await ask(current.current + by)
      // Past the last comes the first.
      if (answer.matches.length === 0 && answer.total > 0) answer = await ask(by === 1 ? 0 : null)
      const match = answer.matches[0]
      // Something else is looked for by now.
      if (!match || of !== wanted.current) return
      current.current = match.number
      setError(null)
      handlers.current.onMatch(match.number, false)
      setFound(before => ({
        total: answer.total,
        scanned: answer.scanned,
        lineCount: answer.line_count,
        isComplete: answer.is_complete,
        position: match.position,
        number: match.number,
        tookMs: before?.tookMs ?? answer.took_ms,
      }))
    },
    [session],
  )
  // One after the other, as each begins where the one before it ended.
  const last = useRef(Promise.resolve())
  const step = useCallback(
    (by: 1 | -1): Promise<void> => {
      const of = wanted.current
      last.current = last.current
        .then(() => take(by, of))
        .catch((thrown: unknown) => {
          if (of === wanted.current) setError(thrown)
        })
      return last.current
    },
    [take],
  )
  return { found, fault, error, step }
}
