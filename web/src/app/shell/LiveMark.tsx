import { useLive } from '../../data/live/useLive'
import { formatDuration } from '../../charts/number'
import { Icon, StateGlyph } from '../../ui/icons'
import { Tip } from '../../ui/Tip'
import { useNow } from '../../ui/useNow'

/** Whether what is on screen follows the server. A click pauses it and lets it go on. */
export function LiveMark() {
  const { status, heardAt, pause, retry } = useLive()
  if (status === 'off') return null
  const toggle = () => (status === 'stale' ? retry() : pause(status !== 'paused'))
  return (
    <Tip text={tips[status]}>
      <button type="button" className={`btn ghost live ${looks[status]}`} onClick={toggle}>
        {status === 'paused' ? (
          <Icon name="pause" size={14} />
        ) : status === 'stale' ? (
          <Icon name="warn" size={14} />
        ) : (
          <StateGlyph state={status === 'live' ? 'running' : 'pending'} label="" />
        )}
        <span className={status === 'live' ? 'live-word' : undefined}>
          {words[status]}
          {status === 'stale' && heardAt > 0 && <Age heardAt={heardAt} />}
        </span>
      </button>
    </Tip>
  )
}

/** Counted only while it matters: a live page has no clock running. */
function Age({ heardAt }: { heardAt: number }) {
  const nowS = useNow(1_000)
  return <span className="desk-only">, {formatDuration(Math.max(10, Math.round(nowS - heardAt / 1_000)))} old</span>
}

const words = { connecting: 'Connecting', live: 'Live', paused: 'Paused', stale: 'Not connected' } as const
const looks = { connecting: 'paused', live: '', paused: 'paused', stale: 'lost' } as const
const tips = {
  connecting: 'Asking the server to push what is new.',
  live: 'New data is pushed from the server. Click to pause.',
  paused: 'What is on screen stands still. Click to catch up.',
  stale: 'The server does not answer; it is asked again by itself. Click to ask now.',
} as const
