import { useEffect, useState } from 'react'
import { useLive } from '../../data/live/useLive'
import { Button } from '../../ui/Button'
import { Banner } from '../../ui/states'

/** A short interruption is the live mark's business; only one that lasts takes room on the page. */
const LASTS_MS = 6_000

/** Says that the connection is lost, what that means for what is on screen, and what it does not touch. */
export function ConnectionBanner() {
  return useLive().status === 'stale' ? <LastingBanner /> : null
}

function LastingBanner() {
  const { heardAt, retry } = useLive()
  const [lasts, setLasts] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLasts(true), LASTS_MS)
    return () => clearTimeout(timer)
  }, [])
  if (!lasts) return null
  const since = heardAt > 0 ? new Date(heardAt).toLocaleTimeString(undefined, { timeStyle: 'short' }) : null
  return (
    <div className="connection">
      <Banner
        tone="warn"
        icon="warn"
        isEdge
        action={
          <Button small onClick={retry}>
            Try now
          </Button>
        }
      >
        <b className="b">The server does not answer.</b>{' '}
        {since === null ? 'Nothing new can be shown.' : `Everything here is from ${since}.`} It is asked again by
        itself. Training is not affected: runs write to their own disk and catch up.
      </Banner>
    </div>
  )
}
