/** All that the run printed: searched on the server, by level and rank, over time, beside the charts at that time. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { ConsoleLine, Look } from '../../../data/run'
import { useActions } from '../../../ui/actions'
import { Button, IconButton } from '../../../ui/Button'
import { copyText } from '../../../ui/clipboard'
import { Segmented, Switch, TextInput } from '../../../ui/controls'
import { Dialog } from '../../../ui/Dialog'
import { failureOf } from '../../../ui/failure'
import { formatCount } from '../../../ui/format'
import { Icon } from '../../../ui/icons'
import { Kbd } from '../../../ui/Kbd'
import { Menu, MenuItem } from '../../../ui/Menu'
import { Banner, FailureMessage, Message, useSkeleton } from '../../../ui/states'
import { toast } from '../../../ui/toasts'
import { useMedia } from '../../../ui/useToken'
import { lookOf } from '../model'
import { useOnChange, useRunPlace } from '../useRun'
import { LineList, type LineListHandle } from './LineList'
import { shortLabel } from './LineText'
import { Side } from './Side'
import { Strip } from './Strip'
import { useSearch } from './useSearch'
import { useTypedSearch } from './useTypedSearch'
import { LineWindow } from './window'
import { isLive } from '../../../data/project'

const BUCKETS = 160
const LIVE_MS = 1000

export default function LogsTab() {
  const { session, run, view, change } = useRunPlace()
  const client = useQueryClient()
  const isPhone = useMedia('(max-width: 720px)')
  const live = isLive(run)
  const lookKey = JSON.stringify(lookOf(view))
  const look = useMemo(() => JSON.parse(lookKey) as Look, [lookKey])
  const [isFollowing, setFollowing] = useState(live && view.line === undefined && !view.q)
  const [typed, setTyped] = useTypedSearch(view.q ?? '')
  const [range, setRange] = useState<readonly [number, number]>([0, 0])
  const [seen, setSeen] = useState<readonly [number, number]>([0, 0])
  const [chosen, setChosen] = useState<ConsoleLine | null>(null)
  const [isAsking, setAsking] = useState(false)
  const list = useRef<LineListHandle | null>(null)
  /** A place to show once there is a list. */
  const pending = useRef<number | null>(null)
  const setList = useCallback((handle: LineListHandle | null) => {
    list.current = handle
    if (handle && pending.current !== null) handle.show(pending.current, true)
    if (handle) pending.current = null
  }, [])
  const field = useRef<HTMLInputElement>(null)

  // What is half typed must not empty the list: matches come with the page only once the pattern reads.
  const [searched, setSearched] = useState<Look | null>(null)
  const good = useMemo<Look>(
    () =>
      look.pattern === ''
        ? look
        : searched
          ? { ...searched, onlyMatches: look.onlyMatches }
          : { ...look, pattern: '', onlyMatches: false },
    [look, searched],
  )
  const [firstLook] = useState(good)
  const lines = useMemo(
    () => new LineWindow((...asked) => session.api.lines(...asked), firstLook),
    [session, firstLook],
  )
  useEffect(() => {
    void lines.refresh()
    return () => lines.close()
  }, [lines])
  useEffect(() => lines.setLook(good), [lines, good])
  const state = useSyncExternalStore(lines.subscribe, lines.getState)
  const isNarrowed = good.labels.length > 0 || good.levels.length > 0 || (good.onlyMatches && good.pattern !== '')

  const jump = useCallback(
    async (line: number, isCentred: boolean) => {
      try {
        const hasMatches = look.onlyMatches && look.pattern !== ''
        const place =
          look.labels.length > 0 || look.levels.length > 0 || hasMatches
            ? await session.api.at({ number: line }, look)
            : { position: line }
        if (list.current) list.current.show(place.position, isCentred)
        else pending.current = place.position
      } catch (error) {
        toast({ icon: 'error', text: `The line could not be found: ${failureOf(error, '').detail}` })
      }
    },
    [session, look],
  )
  const go = useCallback(
    (line: number, isCentred = true) => {
      setFollowing(false)
      return jump(line, isCentred)
    },
    [jump],
  )
  const current = (view.line ?? 0) - 1
  const choose = useCallback(
    (line: number) => {
      change({ line: line + 1 }, { replace: true })
      void go(line, false)
    },
    [change, go],
  )
  const fromLine = useCallback(() => (view.line ? view.line - 1 : (list.current?.firstLine() ?? 0)), [view.line])
  // A link to a line is a link to that line, also when it says what was looked for.
  const isNamed = useRef(view.line !== undefined)
  const onMatch = useCallback(
    (line: number, isFirst: boolean) => {
      const isKept = isFirst && isNamed.current
      isNamed.current = false
      if (!isKept) choose(line)
    },
    [choose],
  )
  const search = useSearch(session, look, { fromLine, onMatch, onGood: setSearched })
  // The address may name a line.
  const isFirst = useRef(true)
  useEffect(() => {
    // The list has to be long enough to be scrolled there.
    if (!isFirst.current || !state.isReady || state.lineCount <= current) return
    isFirst.current = false
    if (current >= 0) void jump(current, true)
  }, [state.isReady, state.lineCount, current, jump])
  const atCurrent = useQuery({
    queryKey: ['log-line', session.api.path, current],
    queryFn: async ({ signal }) => (await session.api.lines(current, 1, undefined, signal)).lines[0] ?? null,
    enabled: current >= 0 && chosen?.number !== current,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const at = current < 0 ? null : chosen?.number === current ? chosen : (atCurrent.data ?? null)

  const stripKey = useMemo(() => ['log-strip', session.api.path, good], [session, good])
  const strip = useQuery({
    queryKey: stripKey,
    queryFn: ({ signal }) => session.api.strip(isPhone ? BUCKETS / 2 : BUCKETS, good, signal),
    placeholderData: before => before,
    // Asked again until all lines are looked through.
    refetchInterval: query => (query.state.data && !query.state.data.is_complete ? 100 : false),
  })
  useOnChange(
    session,
    () => {
      void lines.refresh()
      void client.invalidateQueries({ queryKey: stripKey })
    },
    LIVE_MS,
  )
  // A bar that moves prints no line and gives no hint of its own once nothing else is logged.
  useEffect(() => {
    if (!live) return
    const timer = setInterval(() => void lines.refresh(), 2000)
    return () => clearInterval(timer)
  }, [live, lines])

  // Lines that came since the reader left the end.
  const [leftAt, setLeftAt] = useState(0)
  const fresh = leftAt === 0 ? 0 : Math.max(0, state.lineCount - leftAt)

  const follow = useCallback(() => {
    setFollowing(true)
    list.current?.end()
  }, [])
  useActions(
    () => [
      {
        name: 'logs.find',
        label: 'Search the log',
        group: 'Logs',
        icon: 'search',
        keys: '/',
        perform: () => field.current?.focus(),
      },
      {
        name: 'logs.next',
        label: 'Next match',
        group: 'Logs',
        keys: 'n',
        when: () => look.pattern !== '',
        perform: () => void search.step(1),
      },
      {
        name: 'logs.previous',
        label: 'Previous match',
        group: 'Logs',
        keys: 'shift+n',
        when: () => look.pattern !== '',
        perform: () => void search.step(-1),
      },
      {
        name: 'logs.line',
        label: 'Go to line',
        group: 'Logs',
        icon: 'arrow',
        keys: 'shift+g',
        words: 'jump number',
        perform: () => setAsking(true),
      },
      {
        name: 'logs.follow',
        label: isFollowing ? 'Stop following the log' : 'Follow the log',
        group: 'Logs',
        icon: 'tail',
        keys: 'space',
        when: () => !document.activeElement?.closest('button, a, .chart, [role=switch]'),
        perform: () => (isFollowing ? setFollowing(false) : follow()),
      },
      {
        name: 'logs.case',
        label: 'Match case',
        group: 'Logs',
        keys: 'alt+c',
        whileTyping: true,
        isHidden: true,
        perform: () => change({ match: !view.match }),
      },
      {
        name: 'logs.regex',
        label: 'Search by regular expression',
        group: 'Logs',
        keys: 'alt+r',
        whileTyping: true,
        isHidden: true,
        perform: () => change({ plain: !view.plain }),
      },
      {
        name: 'logs.wrap',
        label: view.wrap ? 'Do not wrap lines' : 'Wrap lines',
        group: 'Logs',
        icon: 'wrap',
        keys: 'w',
        perform: () => change({ wrap: !view.wrap }),
      },
    ],
    [look.pattern, search.step, isFollowing, follow, change, view.match, view.plain, view.wrap],
  )

  const onWindow = useCallback((first: ConsoleLine | undefined, last: ConsoleLine | undefined) => {
    if (!first || !last) return
    setRange([first.time, last.time])
    setSeen([first.number, last.number])
  }, [])
  const pick = useCallback(
    (line: ConsoleLine) => {
      setChosen(line)
      setFollowing(false)
      change({ line: line.number + 1 }, { replace: true })
    },
    [change],
  )
  const type = (text: string) => {
    setTyped(text)
    change({ q: text || undefined }, { replace: true })
  }
  const labels = (strip.data?.labels ?? []).map(entry => entry.label)
  const toggleLabel = (label: string) => {
    const chosen = view.label ?? labels
    const next = chosen.includes(label) ? chosen.filter(other => other !== label) : [...chosen, label]
    change({ label: next.length === labels.length || next.length === 0 ? undefined : next })
  }
  const level = view.level?.[0] ?? ''
  const isSkeleton = useSkeleton(!state.isReady)
  const { found, fault } = search
  // Lines that are here stay, and the reader's place among them.
  const isStale = state.error !== null && state.total > 0
  const isEmpty = state.isReady && state.lineCount === 0 && state.tails.length === 0
  return (
    <div className="run-tab lg">
      <div className="lgm">
        <div className="lbar">
          <TextInput
            ref={field}
            className="grow mono"
            icon="search"
            aria-label="Search the log"
            placeholder={view.plain ? 'Text to find' : 'Regular expression'}
            isBad={fault !== null}
            aria-describedby={fault ? 'log-fault' : undefined}
            value={typed}
            onChange={event => type(event.target.value)}
            onKeyDown={event => {
              if (event.key === 'Enter') void search.step(event.shiftKey ? -1 : 1)
              if (event.key === 'Escape') (event.target as HTMLElement).blur()
            }}
            after={
              <>
                <button
                  type="button"
                  className="tog"
                  aria-pressed={view.match ?? false}
                  aria-label="Match case"
                  title="Match case (Alt C)"
                  onClick={() => change({ match: !view.match })}
                >
                  Aa
                </button>
                <button
                  type="button"
                  className="tog"
                  aria-pressed={!view.plain}
                  aria-label="Regular expression"
                  title="Regular expression (Alt R)"
                  onClick={() => change({ plain: !view.plain })}
                >
                  <Icon name="regex" size={13} />
                </button>
              </>
            }
          />
          <span className="mcount" role="status">
            {fault ? (
              <span className="down" id="log-fault">
                {faultWords(typed, fault)}
              </span>
            ) : search.error ? (
              <span className="down">{failureOf(search.error, '').detail}</span>
            ) : found ? (
              found.total === 0 && found.isComplete ? (
                'No match'
              ) : (
                <>
                  <b>{found.position >= 0 ? formatCount(found.position + 1) : '–'}</b> of{' '}
                  <b>{formatCount(found.total)}</b>
                  <span className="desk-only">
                    {found.isComplete
                      ? ` matches, ${found.tookMs} ms`
                      : ` in ${Math.floor((found.scanned / Math.max(1, found.lineCount)) * 100)} %`}
                  </span>
                </>
              )
            ) : null}
          </span>
          <IconButton
            kind="plain"
            small
            icon="chev-u"
            label="Previous match"
            keys="shift+n"
            disabled={!found?.total}
            onClick={() => void search.step(-1)}
          />
          <IconButton
            kind="plain"
            small
            icon="chev-d"
            label="Next match"
            keys="n"
            disabled={!found?.total}
            onClick={() => void search.step(1)}
          />
          <Menu align="end" label="Download the log" trigger={<Button icon="download">Download</Button>}>
            <MenuItem onSelect={() => window.open(session.api.logUrl(), '_self')}>All lines</MenuItem>
            <MenuItem
              why={look.labels.length + look.levels.length > 0 ? undefined : 'no filter is set'}
              onSelect={() => window.open(session.api.logUrl({ ...good, pattern: '' }), '_self')}
            >
              Lines shown
            </MenuItem>
            <MenuItem
              why={look.pattern ? undefined : 'nothing is looked for'}
              onSelect={() => window.open(session.api.logUrl(good), '_self')}
            >
              Matches
            </MenuItem>
          </Menu>
        </div>
        <div className="lfil">
          <Segmented
            small
            label="Level"
            value={level}
            options={[
              { value: '', label: 'All' },
              {
                value: 'info',
                label: (
                  <>
                    Info <span className="t3">{some(strip.data?.infos)}</span>
                  </>
                ),
                icon: 'info',
              },
              {
                value: 'warn',
                label: (
                  <>
                    Warnings <span className="t3">{some(strip.data?.warnings)}</span>
                  </>
                ),
                icon: 'warn',
              },
              {
                value: 'error',
                label: (
                  <>
                    Errors <span className="t3">{some(strip.data?.errors)}</span>
                  </>
                ),
                icon: 'error',
              },
            ]}
            onChange={next => change({ level: next === '' ? undefined : [next] })}
          />
          {labels.length > 1 && (
            <>
              <span>Rank</span>
              <span className="rks">
                {labels.map(label => (
                  <button
                    key={label}
                    type="button"
                    aria-pressed={view.label?.includes(label) ?? true}
                    title={label || 'Without a label'}
                    onClick={() => toggleLabel(label)}
                  >
                    {shortLabel(label).replace(/^r(?=\d)/, '') || '–'}
                  </button>
                ))}
              </span>
            </>
          )}
          <label className="opt" htmlFor="log-only">
            <Switch id="log-only" label="Matches only" isOn={view.only ?? false} onChange={only => change({ only })} />
            Matches only
          </label>
          <label className="opt" htmlFor="log-wrap">
            <Switch id="log-wrap" label="Wrap" isOn={view.wrap ?? false} onChange={wrap => change({ wrap })} />
            Wrap
          </label>
        </div>
        <Strip strip={strip.data} window={range} onGo={line => void go(line)} />
        {isStale && (
          <Banner
            isEdge
            tone="warn"
            icon="warn"
            action={
              <Button small onClick={() => lines.retry()}>
                Try again
              </Button>
            }
          >
            The log cannot be read at the moment. {failureOf(state.error, '').detail}
          </Banner>
        )}
        {state.error && !isStale ? (
          <FailureMessage failure={failureOf(state.error, 'The log could not be read')} onRetry={() => lines.retry()} />
        ) : isEmpty ? (
          <Message icon="terminal" title="The run has printed nothing">
            <span>
              What the script prints appears here as it comes. With <code>console=&quot;off&quot;</code> nothing is
              kept.
            </span>
          </Message>
        ) : isSkeleton ? (
          <div className="vl" aria-busy="true" />
        ) : state.isReady && state.total === 0 && state.isComplete && isNarrowed ? (
          <Message
            icon="filter"
            title="No line passes"
            actions={
              <Button onClick={() => change({ level: undefined, label: undefined, only: undefined })}>
                Show all lines
              </Button>
            }
          >
            <span>{formatCount(state.lineCount)} lines are hidden by level, rank or search.</span>
          </Message>
        ) : (
          <LineList
            ref={setList}
            lines={lines}
            current={current}
            isWrapped={view.wrap ?? false}
            isPhone={isPhone}
            isFollowing={isFollowing}
            onFollow={isAtEnd => {
              setLeftAt(isAtEnd ? 0 : lines.state.lineCount)
              setFollowing(isAtEnd)
            }}
            onPick={pick}
            onWindow={onWindow}
          />
        )}
        <div className="vfoot">
          <span>
            Lines <b>{state.total === 0 ? '0' : `${formatCount(seen[0] + 1)}–${formatCount(seen[1] + 1)}`}</b> of{' '}
            {formatCount(state.lineCount)}, {isNarrowed ? <b>{formatCount(state.total)} shown</b> : 'all shown'}
            {!state.isComplete && ' so far'}
          </span>
          {live && (
            <Button
              small
              icon="tail"
              aria-pressed={isFollowing}
              onClick={() => (isFollowing ? setFollowing(false) : follow())}
            >
              {isFollowing ? 'Following' : fresh > 0 ? `Follow, ${formatCount(fresh)} new` : 'Follow'}
            </Button>
          )}
          <span className="right row g3 kbds">
            <Kbd keys="/" /> search <Kbd keys="n" /> next <Kbd keys="shift+g" /> go to line <Kbd keys="space" /> follow
          </span>
        </div>
      </div>
      <Side
        line={at}
        onTime={atS => {
          session.api.at({ time: atS }, isNarrowed ? good : undefined).then(
            place => {
              if (place.number < 0) return
              change({ line: place.number + 1 }, { replace: true })
              setFollowing(false)
              list.current?.show(place.position, true)
            },
            (error: unknown) => toast({ icon: 'error', text: failureOf(error, '').detail }),
          )
        }}
        onCopyLink={() => void copyText(location.href, 'the link to this line')}
        onClose={() => change({ line: undefined }, { replace: true })}
        isPhone={isPhone}
      />
      <GoToLine
        isOpen={isAsking}
        most={state.lineCount}
        onClose={() => setAsking(false)}
        onGo={line => {
          setAsking(false)
          choose(line)
          void go(line)
        }}
      />
    </div>
  )
}

const some = (count: number | undefined): string => (count ? formatCount(count) : '')

/** Points at the fault in what was typed. */
function faultWords(pattern: string, fault: { at: number; detail: string }): string {
  const near = pattern.slice(fault.at, fault.at + 12)
  return near ? `${fault.detail} at “${near}” (character ${fault.at + 1})` : `${fault.detail} at the end`
}

function GoToLine({
  isOpen,
  most,
  onClose,
  onGo,
}: {
  isOpen: boolean
  most: number
  onClose: () => void
  onGo: (line: number) => void
}) {
  const [text, setText] = useState('')
  const line = Number(text.replaceAll(/\s/g, ''))
  const isGood = Number.isInteger(line) && line >= 1 && line <= most
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title="Go to line">
      <form
        className="row"
        onSubmit={event => {
          event.preventDefault()
          if (isGood) onGo(line - 1)
        }}
      >
        <TextInput
          className="grow"
          inputMode="numeric"
          aria-label={`Line, 1 to ${most}`}
          placeholder={`1 to ${formatCount(most)}`}
          isBad={text !== '' && !isGood}
          value={text}
          onChange={event => setText(event.target.value)}
        />
        <Button type="submit" disabled={!isGood}>
          Go
        </Button>
      </form>
    </Dialog>
  )
}
