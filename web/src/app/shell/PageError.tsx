import type { ErrorComponentProps } from '@tanstack/react-router'
import { useCallback, useEffect, useState } from 'react'
import { apiUrl } from '../../data/client'
import { failureOf } from '../../ui/failure'
import { FailureMessage } from '../../ui/states'

const EVERY_MS = 2000
/** A page that was loaded again for the same reason so lately would only fail again. */
const SOON_MS = 30_000
const KEPT = 'assay-loaded-again'

/** A page that broke while it was drawn. The frame stays, so that the way out is where it always is. */
export function PageError({ error }: ErrorComponentProps) {
  if (isLostPart(error)) return <LostPart />
  return (
    <FailureMessage
      isPage
      failure={failureOf(error, 'This page could not be drawn')}
      onRetry={() => location.reload()}
    />
  )
}

/** Whether the browser could not fetch code, as Chromium, Firefox, Safari and the bundler's loader say it. */
export const isLostPart = (error: unknown): boolean =>
  /dynamically imported module|module script failed|unable to preload/i.test(String(error))

/**
 * Code that could not be fetched: the server is away, or was updated and has other parts now. Browsers remember a part that failed, so
 * only loading the page anew helps, and only once the server answers: without it there would be no page at all.
 */
function LostPart() {
  const [isAway, setAway] = useState(false)
  const look = useCallback(async (isAsked: boolean): Promise<void> => {
    const answers = await serverAnswers()
    if (answers && (isAsked || mayReload(Date.now()))) location.reload()
    else setAway(!answers)
  }, [])
  useEffect(() => {
    const first = setTimeout(() => void look(false))
    const timer = setInterval(() => void look(false), EVERY_MS)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [look])
  const failure = {
    title: 'Part of the application could not be loaded',
    detail: isAway
      ? 'The server does not answer. The page loads again by itself as soon as it does; nothing was changed.'
      : 'The server was updated. Loading the page again mends that; nothing was changed.',
    id: '',
  }
  return <FailureMessage isPage failure={failure} onRetry={() => void look(true)} />
}

async function serverAnswers(): Promise<boolean> {
  try {
    const { status } = await fetch(apiUrl('me'), { cache: 'no-store', signal: AbortSignal.timeout(EVERY_MS * 2) })
    // What stands before the server may answer for it.
    return status < 500
  } catch {
    return false
  }
}

/** Notes that the page is loaded again at `now`; false where that was so lately that it cannot have helped. */
export function mayReload(now: number): boolean {
  const before = Number(sessionStorage.getItem(KEPT) ?? Number.NEGATIVE_INFINITY)
  if (now - before < SOON_MS) return false
  sessionStorage.setItem(KEPT, String(now))
  return true
}
