/** The hub of this tab, on the browser's own event stream, locks, channel and clock. */

import { apiUrl } from '../client'
import { type Channel, LiveHub, type LiveHint, type Message, type Stream, type StreamEvents } from './hub'

const NAME = 'assay-live'

/** Once the server has sent a ping, silence longer than this means a dead connection although nobody said so. */
const SILENCE_MS = 45_000

/** The browser's event stream. The server pings when it opens and when nothing else was said for 15 s. */
export function openStream(projects: string[], events: StreamEvents): Stream {
  const url = new URL(apiUrl('live'))
  // For several projects one stream of all that may be seen; the hub hands on what its tabs watch.
  if (projects.length === 1) url.searchParams.set('project', projects[0] as string)
  const source = new EventSource(url, { withCredentials: true })
  let silence: ReturnType<typeof setTimeout> | undefined
  let hasPings = false
  const heard = (): void => {
    clearTimeout(silence)
    if (hasPings) silence = setTimeout(() => events.onError(), SILENCE_MS)
  }
  const onHint = (event: MessageEvent<string>): void => {
    heard()
    if (event.data) events.onHint(JSON.parse(event.data) as LiveHint)
  }
  source.addEventListener('open', () => {
    heard()
    events.onOpen()
  })
  source.addEventListener('message', onHint)
  source.addEventListener('ping', () => {
    hasPings = true
    heard()
  })
  source.addEventListener('error', () => {
    clearTimeout(silence)
    events.onError()
  })
  return {
    close: () => {
      clearTimeout(silence)
      source.close()
    },
  }
}

function lead(signal: AbortSignal, elected: () => void): void {
  if (!navigator.locks) {
    elected()
    return
  }
  const held = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()))
  navigator.locks
    .request(NAME, { signal }, () => {
      elected()
      return held
    })
    .catch(() => undefined) // given up before its turn came
}

function channel(): Channel {
  if (typeof BroadcastChannel === 'undefined' || !navigator.locks)
    return { post: () => undefined, onMessage: () => undefined }
  const broadcast = new BroadcastChannel(NAME)
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none: it never leaves the origin
    post: message => broadcast.postMessage(message),
    onMessage: listener => broadcast.addEventListener('message', event => listener(event.data as Message)),
  }
}

function browserHub(): LiveHub {
  const hub = new LiveHub({
    tab: crypto.randomUUID?.() ?? String(Math.random()),
    open: openStream,
    lead,
    channel: channel(),
    now: () => Date.now(),
    after: (ms, call) => {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
    random: () => Math.random(),
  })
  let hiding: ReturnType<typeof setTimeout> | undefined
  document.addEventListener('visibilitychange', () => {
    clearTimeout(hiding)
    // A glance at another tab is not worth a new connection.
    if (document.hidden) hiding = setTimeout(() => hub.setVisible(false), 5000)
    else hub.setVisible(true)
  })
  return hub
}

let hub: LiveHub | null = null

/** This tab's hub; made on first use. */
export function liveHub(): LiveHub {
  hub ??= browserHub()
  return hub
}
