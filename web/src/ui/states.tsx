/** What a page shows when it has nothing to show yet, nothing at all, or cannot. Drawn once, filled with the page's own names. */
import { type ReactNode, useEffect, useState } from 'react'
import { Button } from './Button'
import { copyText } from './clipboard'
import { cx } from './cx'
import { Icon, type IconName } from './icons'

const SKELETON_AFTER_MS = 120
const SKELETON_AT_LEAST_MS = 200

/** Whether a skeleton is to be seen: not for a short wait, and once seen not as a flash. */
export function useSkeleton(isLoading: boolean): boolean {
  const [shownAt, setShownAt] = useState<number | null>(null)
  useEffect(() => {
    if (isLoading === (shownAt !== null)) return
    const waitMs = isLoading ? SKELETON_AFTER_MS : SKELETON_AT_LEAST_MS - (performance.now() - (shownAt ?? 0))
    const timer = setTimeout(() => setShownAt(isLoading ? performance.now() : null), Math.max(0, waitMs))
    return () => clearTimeout(timer)
  }, [isLoading, shownAt])
  return shownAt !== null
}

/**
 * One of three: the skeleton, nothing yet, or the content. Until the skeleton is due the place stays empty, so that a quick
 * answer does not flicker.
 */
export function Loading({
  isLoading,
  skeleton,
  children,
}: {
  isLoading: boolean
  skeleton: ReactNode
  children: () => ReactNode
}) {
  const isSkeleton = useSkeleton(isLoading)
  if (isSkeleton)
    return (
      <div aria-busy="true" className="contents">
        <span className="vh" role="status">
          Loading
        </span>
        {skeleton}
      </div>
    )
  return isLoading ? null : children()
}

export function Bone({ width, height }: { width: number | string; height: number }) {
  return <span className="skel" style={{ width, height }} />
}

/** A sentence or two in the middle: what, why, what to do. */
export function Message({
  icon,
  title,
  children,
  actions,
  isPage,
}: {
  icon: IconName
  title: ReactNode
  children?: ReactNode
  actions?: ReactNode
  /** Alone on the page: the title is its heading. */
  isPage?: boolean
}) {
  const Heading = isPage ? 'h1' : 'h2'
  const message = (
    <div className="msg">
      <Icon name={icon} size={22} />
      <Heading>{title}</Heading>
      {children}
      {actions && <div className="acts">{actions}</div>}
    </div>
  )
  return isPage ? <div className="page-msg">{message}</div> : message
}

export interface Failure {
  /** What happened, to what. */
  title: string
  /** What is safe and what to do. */
  detail: string
  /** Finds it in the server's log; empty when no server answered. */
  id: string
}

/** A failure with its id to copy and a way to try again in place. */
export function FailureMessage({
  failure,
  onRetry,
  extra,
  isPage,
}: {
  failure: Failure
  onRetry?: () => void
  extra?: ReactNode
  isPage?: boolean
}) {
  const details = () =>
    [failure.title, failure.detail, failure.id && `id ${failure.id}`, `at ${new Date().toISOString()}`, location.href]
      .filter(Boolean)
      .join('\n')
  return (
    <Message
      icon="error"
      title={failure.title}
      isPage={isPage ?? false}
      actions={
        <>
          {onRetry && (
            <Button icon="refresh" onClick={onRetry}>
              Try again
            </Button>
          )}
          {extra}
        </>
      }
    >
      <span role="alert">{failure.detail}</span>
      <span className="errid">
        {failure.id && <code>{failure.id}</code>}
        <Button kind="ghost" small icon="copy" onClick={() => void copyText(details(), 'the details')}>
          Copy details
        </Button>
      </span>
    </Message>
  )
}

export function Banner({
  tone,
  icon,
  children,
  action,
  isEdge,
}: {
  /** Without: a note that asks for nothing. */
  tone?: 'warn' | 'bad' | 'ok'
  icon: IconName
  children: ReactNode
  action?: ReactNode
  /** Across the whole page, without corners. */
  isEdge?: boolean
}) {
  return (
    <div className={cx('banner', tone, isEdge && 'edge')} role="status">
      <Icon name={icon} />
      <span>{children}</span>
      {action}
    </div>
  )
}
