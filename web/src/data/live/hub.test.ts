import { describe, expect, it } from 'vitest'
import { type Channel, LiveHub, type Message, type StreamEvents } from './hub'

/** A browser of several tabs: one lock, one channel, streams that the test opens and breaks, a clock that stands still. */
class Browser {
  streams: { projects: string[]; events: StreamEvents; isOpen: boolean }[] = []
  timers: { at: number; call: () => void }[] = []
  time = 1_000_000
  private listeners: { tab: string; listener: (message: Message) => void }[] = []
  private waiting: { elected: () => void; signal: AbortSignal }[] = []
  private holder: AbortSignal | null = null

  tab(name: string): LiveHub {
    const channel: Channel = {
      post: message => this.listeners.filter(({ tab }) => tab !== name).forEach(({ listener }) => listener(message)),
      onMessage: listener => this.listeners.push({ tab: name, listener }),
    }
    return new LiveHub({
      tab: name,
      channel,
      open: (projects, events) => {
        const stream = { projects, events, isOpen: true }
        this.streams.push(stream)
        return { close: () => (stream.isOpen = false) }
      },
      lead: (signal, elected) => {
        this.waiting.push({ elected, signal })
        signal.addEventListener('abort', () => this.elect())
        this.elect()
      },
      now: () => this.time,
      after: (ms, call) => {
        const timer = { at: this.time + ms, call }
        this.timers.push(timer)
        return () => (this.timers = this.timers.filter(other => other !== timer))
      },
      random: () => 1,
    })
  }

  get open() {
    return this.streams.filter(stream => stream.isOpen)
  }

  pass(ms: number): void {
    this.time += ms
    const due = this.timers.filter(timer => timer.at <= this.time)
    this.timers = this.timers.filter(timer => timer.at > this.time)
    for (const timer of due) timer.call()
  }

  private elect(): void {
    if (this.holder && !this.holder.aborted) return
    const next = this.waiting.shift()
    if (!next) return
    if (next.signal.aborted) {
      this.elect()
      return
    }
    this.holder = next.signal
    next.elected()
  }
}

const HINT = { kind: 'series', entity: 'e', project: 'p', run: 'a', step: 7 } as const

function watch(hub: LiveHub, project = 'e/p') {
  const seen = { hints: 0, gaps: 0, stop: () => undefined as void }
  seen.stop = hub.watch(
    project,
    () => seen.hints++,
    () => seen.gaps++,
  )
  return seen
}

describe('the live hub', () => {
  it('opens one stream for all tabs and gives each its own project', () => {
    const browser = new Browser()
    const one = watch(browser.tab('1'))
    const two = watch(browser.tab('2'), 'e/q')
    expect(browser.open).toHaveLength(1)
    expect(browser.open[0]?.projects).toEqual(['e/p', 'e/q'])
    browser.open[0]?.events.onOpen()
    browser.open[0]?.events.onHint(HINT)
    browser.open[0]?.events.onHint({ ...HINT, project: 'q' })
    expect([one.hints, two.hints]).toEqual([1, 1])
  })

  it('says connecting, live, stale and live again, and reads the gap', () => {
    const browser = new Browser()
    const hub = browser.tab('1')
    const seen = watch(hub)
    expect(hub.getState().status).toBe('connecting')
    browser.open[0]?.events.onOpen()
    expect(hub.getState().status).toBe('live')
    browser.open[0]?.events.onError()
    expect(hub.getState().status).toBe('stale')
    browser.pass(1000)
    expect(browser.open).toHaveLength(1)
    browser.open[0]?.events.onOpen()
    expect(hub.getState().status).toBe('live')
    expect(seen.gaps).toBe(1)
  })

  it('waits longer after each failure', () => {
    const browser = new Browser()
    watch(browser.tab('1'))
    for (const wait of [1000, 2000, 4000, 8000]) {
      const before = browser.streams.length
      browser.open[0]?.events.onError()
      browser.pass(wait - 1)
      expect(browser.streams).toHaveLength(before)
      browser.pass(1)
      expect(browser.streams).toHaveLength(before + 1)
    }
  })

  it('hands the stream on when its tab goes', () => {
    const browser = new Browser()
    const one = watch(browser.tab('1'))
    const two = watch(browser.tab('2'))
    one.stop()
    expect(browser.open).toHaveLength(1)
    browser.open[0]?.events.onOpen()
    browser.open[0]?.events.onHint(HINT)
    expect([one.hints, two.hints]).toEqual([0, 1])
  })

  it('reads in every tab what was said between two streams, when another project is wanted too', () => {
    const browser = new Browser()
    const one = watch(browser.tab('1'))
    const two = watch(browser.tab('2'))
    browser.open[0]?.events.onOpen()
    const [first, second] = [one.gaps, two.gaps]
    const three = watch(browser.tab('3'), 'e/q')
    browser.open[0]?.events.onOpen()
    expect([one.gaps - first, two.gaps - second]).toEqual([1, 1])
    three.stop()
    browser.open[0]?.events.onOpen()
    expect([one.gaps - first, two.gaps - second]).toEqual([2, 2])
  })

  it('reads what was said until this tab holds the stream of one that went', () => {
    const browser = new Browser()
    const one = watch(browser.tab('1'))
    const two = watch(browser.tab('2'))
    browser.open[0]?.events.onOpen()
    const before = two.gaps
    one.stop()
    browser.open[0]?.events.onOpen()
    expect(two.gaps - before).toBe(1)
  })

  it('stops when the last tab is hidden and reads the gap when it is back', () => {
    const browser = new Browser()
    const hub = browser.tab('1')
    const seen = watch(hub)
    browser.open[0]?.events.onOpen()
    hub.setVisible(false)
    expect(browser.open).toHaveLength(0)
    hub.setVisible(true)
    browser.open[0]?.events.onOpen()
    expect(seen.gaps).toBe(1)
  })

  it('keeps hints back while paused and catches up after', () => {
    const browser = new Browser()
    const hub = browser.tab('1')
    const seen = watch(hub)
    browser.open[0]?.events.onOpen()
    hub.pause(true)
    browser.open[0]?.events.onHint(HINT)
    expect([hub.getState().status, seen.hints, seen.gaps]).toEqual(['paused', 0, 0])
    hub.pause(false)
    expect([hub.getState().status, seen.hints, seen.gaps]).toEqual(['live', 0, 1])
  })

  it('tells no listener when a hint comes, only when the state changes', () => {
    const browser = new Browser()
    const hub = browser.tab('1')
    watch(hub)
    let renders = 0
    hub.subscribe(() => renders++)
    browser.open[0]?.events.onOpen()
    for (let i = 0; i < 100; i++) browser.open[0]?.events.onHint(HINT)
    expect(renders).toBe(1)
  })
})
