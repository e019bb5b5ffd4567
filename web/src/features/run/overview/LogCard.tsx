/** The last lines of the log, followed while the run prints. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Level, Look } from '../../../data/run'
import { useActions } from '../../../ui/actions'
import { Button, IconButton } from '../../../ui/Button'
import { failureOf } from '../../../ui/failure'
import { formatCount, plural } from '../../../ui/format'
import { Icon, StateGlyph } from '../../../ui/icons'
import { Menu, MenuChoice } from '../../../ui/Menu'
import { FailureMessage } from '../../../ui/states'
import { clockOf, LineText, shortLabel } from '../logs/LineText'
import { useOnChange, useRunPlace } from '../useRun'
import { isLive } from '../../../data/project'

const LINES = 200
const LIVE_MS = 1000

export function LogCard() {
  const { session, run } = useRunPlace()
  const client = useQueryClient()
  const [label, setLabel] = useState('')
  const [level, setLevel] = useState<Level>('')
  const [isPaused, setPaused] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const live = isLive(run)
  const look = useMemo<Look>(
    () => ({
      labels: label === '' ? [] : [label],
      levels: level === '' ? [] : [level],
      pattern: '',
      isRegex: false,
      ignoreCase: false,
      onlyMatches: false,
    }),
    [label, level],
  )
  const queryKey = useMemo(
    () => ['log-tail', session.entity, session.project, session.run, label, level],
    [session, label, level],
  )
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => session.api.lines(-LINES, LINES, look, signal),
    placeholderData: before => before,
    // A bar may move without a line being printed.
    ...(live && !isPaused ? { refetchInterval: 5000 } : {}),
  })
  const { data: strip } = useQuery({
    queryKey: ['log-labels', session.entity, session.project, session.run],
    queryFn: ({ signal }) => session.api.strip(1, undefined, signal),
    ...(live ? { refetchInterval: 15_000 } : {}),
  })
  useOnChange(session, () => !isPaused && void client.invalidateQueries({ queryKey }), LIVE_MS)
  const isAtEnd = useRef(true)
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current && !isPaused) box.current.scrollTop = box.current.scrollHeight
  }, [data, isPaused])
  useEffect(() => {
    isAtEnd.current = true
  }, [label, level])
  useActions(
    () => [
      {
        name: 'log.pause',
        label: isPaused ? 'Follow the log' : 'Pause the log',
        group: 'Logs',
        icon: isPaused ? 'play' : 'pause',
        keys: 'space',
        when: () => live && !document.activeElement?.closest('button, a, [role=tree], .chart'),
        perform: () => setPaused(!isPaused),
      },
    ],
    [isPaused, live],
  )
  const labels = (strip?.labels ?? []).map(entry => entry.label).filter(Boolean)
  const tails = data?.tails.flatMap(tail => tail.lines.map(text => ({ text, label: tail.label }))) ?? []
  const bar = tails.at(-1)
  return (
    <section className="panel fill o4 logcard" aria-label="Log">
      <header className="panel-h logh">
        <h2 className="title">Log</h2>
        <span className="meta">{plural(data?.line_count ?? 0, 'line')}</span>
        <span className="right row g3">
          {live && (
            <span className="follow">
              <StateGlyph state={isPaused ? 'pending' : 'running'} label="" />
              {isPaused ? 'Paused' : 'Following'}
            </span>
          )}
          {labels.length > 0 && (
            <Menu
              align="end"
              label="Rank"
              trigger={
                <Button kind="ghost" small>
                  Rank <b>{label === '' ? 'all' : shortLabel(label)}</b>
                  <Icon name="chev-d" size={12} />
                </Button>
              }
            >
              <MenuChoice
                value={label}
                options={[{ value: '', label: 'All' }, ...labels.map(name => ({ value: name, label: name }))]}
                onChange={setLabel}
              />
            </Menu>
          )}
          <Menu
            align="end"
            label="Level"
            trigger={
              <Button kind="ghost" small>
                Level <b>{level === '' ? 'all' : LEVEL_WORDS[level]}</b>
                <Icon name="chev-d" size={12} />
              </Button>
            }
          >
            <MenuChoice
              value={level}
              options={[
                { value: '', label: 'All' },
                { value: 'info', label: `Info ${formatCount(strip?.infos ?? 0)}` },
                { value: 'warn', label: `Warnings ${formatCount(strip?.warnings ?? 0)}` },
                { value: 'error', label: `Errors ${formatCount(strip?.errors ?? 0)}` },
              ]}
              onChange={setLevel}
            />
          </Menu>
          <span className="tools">
            <Link to="." search={{ tab: 'logs' } as never} aria-label="Search the log" title="Search the log">
              <Icon name="search" size={14} />
            </Link>
            {live && (
              <IconButton
                small
                icon={isPaused ? 'play' : 'pause'}
                label={isPaused ? 'Follow' : 'Pause'}
                keys="space"
                onClick={() => setPaused(!isPaused)}
              />
            )}
          </span>
        </span>
      </header>
      {error && !data ? (
        <FailureMessage failure={failureOf(error, 'The log could not be read')} onRetry={() => void refetch()} />
      ) : (
        <div
          className="log tailbox"
          ref={box}
          role="log"
          aria-label="Last lines"
          aria-live="off"
          // A scrolling region must be reached by keyboard.
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          tabIndex={0}
          onScroll={event => {
            const { scrollTop, scrollHeight, clientHeight } = event.currentTarget
            isAtEnd.current = scrollHeight - scrollTop - clientHeight < 30
          }}
        >
          {data?.lines.map(line => (
            <Link
              key={line.number}
              className={line.level === 'warn' || line.level === 'error' ? `ln ${line.level}` : 'ln'}
              to="."
              search={{ tab: 'logs', line: line.number + 1 } as never}
              tabIndex={-1}
            >
              <span className="t">{clockOf(line.time, false)}</span>
              <span className="rk" title={line.label}>
                {shortLabel(line.label)}
              </span>
              <LineText text={line.text} />
            </Link>
          ))}
          {data?.lines.length === 0 && tails.length === 0 && (
            <p className="hint pad">{data.line_count > 0 ? 'No line passes.' : 'The run has printed nothing.'}</p>
          )}
        </div>
      )}
      {bar && (
        <div className="log-bar" title={bar.text}>
          {bar.label && <span className="t3">{shortLabel(bar.label)}</span>}
          <LineText text={bar.text} />
        </div>
      )}
    </section>
  )
}

const LEVEL_WORDS: Record<string, string> = { info: 'info', warn: 'warnings', error: 'errors' }
