/** Shows the application to who is signed in, the sign-in page to who is not, and the question again, over the page, when a session ends. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { onUnauthorised } from '../../data/client'
import { Dialog } from '../../ui/Dialog'
import { keepDraftsOf } from '../../ui/drafts'
import { failureOf, statusOf } from '../../ui/failure'
import { FailureMessage, useSkeleton } from '../../ui/states'
import { meQuery } from './model'
import { SignInForm, SignInPage } from './SignInPage'

const PUT_OFF_MS = 60_000

export function SessionGate({ linkError, children }: { linkError: string | null; children: ReactNode }) {
  const client = useQueryClient()
  const { data: me, error, isPending, refetch } = useQuery(meQuery)
  const [isExpired, setExpired] = useState(false)
  const isSkeleton = useSkeleton(isPending)

  const putOffAt = useRef(Number.NEGATIVE_INFINITY)

  // Pages ask again on a clock; one "Not now" answers all of them for a while.
  useEffect(() => onUnauthorised(() => performance.now() - putOffAt.current > PUT_OFF_MS && setExpired(true)), [])
  const username = me?.username
  useEffect(() => {
    if (username !== undefined) keepDraftsOf(username)
  }, [username])
  const putOff = () => {
    putOffAt.current = performance.now()
    setExpired(false)
  }
  const signedIn = () => {
    setExpired(false)
    void client.invalidateQueries()
  }

  if (isPending) return isSkeleton ? <ShellSkeleton /> : null
  if (!me) {
    if (statusOf(error) === 401) return <SignInPage linkError={linkError} onDone={signedIn} />
    const failure = failureOf(error, 'Assay could not be opened')
    return <FailureMessage isPage failure={failure} onRetry={() => void refetch()} />
  }
  return (
    <>
      {children}
      <Dialog
        isOpen={isExpired}
        onClose={putOff}
        title="Sign in again"
        description="Your session has ended. The page is kept as it is; what you change is kept only after you have signed in."
      >
        <SignInForm username={me.username} onDone={signedIn} onCancel={putOff} />
      </Dialog>
    </>
  )
}

/** The frame, without anything in it. */
function ShellSkeleton() {
  return (
    <div className="app" aria-busy="true">
      <span className="vh" role="status">
        Loading
      </span>
      <div className="rail" />
      <div className="topbar" />
      <main />
    </div>
  )
}
