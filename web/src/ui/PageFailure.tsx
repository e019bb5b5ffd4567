import type { ReactNode } from 'react'
import { failureOf, statusOf } from './failure'
import { FailureMessage, Message } from './states'

/** The page of a thing that could not be shown: not there, not allowed, or broken. Keeps the name in all three. */
export function PageFailure({
  error,
  kind,
  name,
  reader,
  onRetry,
  actions,
}: {
  error: unknown
  /** "run", "project". */
  kind: string
  name: string
  /** Who is signed in: the answer may be another for somebody else. */
  reader: string
  onRetry: () => void
  /** Where to go instead. */
  actions?: ReactNode
}) {
  const { detail } = failureOf(error, '')
  switch (statusOf(error)) {
    case 404:
      return (
        <Message isPage icon="search" title={`There is no ${kind} ${name} that you can see`} actions={actions}>
          <span>
            It may be mistyped, deleted for good, or in a place you are no member of. You are signed in as {reader}.
          </span>
        </Message>
      )
    case 403:
      return (
        <Message isPage icon="lock" title={`You cannot open ${name}`} actions={actions}>
          <span>
            You are signed in as {reader}. {detail}
          </span>
        </Message>
      )
    default:
      return (
        <FailureMessage
          isPage
          failure={failureOf(error, `The ${kind} could not be read`)}
          onRetry={onRetry}
          extra={actions}
        />
      )
  }
}
