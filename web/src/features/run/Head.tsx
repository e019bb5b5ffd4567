/** Who the run is, how far it is, and what can be done with it. */

import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useCallback, useRef, useState } from 'react'
import { formatDuration } from '../../charts/number'
import { runStyle } from '../../charts/palette'
import { putAnswer } from '../../data/answers'
import { type RunEdits, RunsApi, type TransferKind } from '../../data/runs'
import { addedTags } from '../../ui/tags'
import { useActions } from '../../ui/actions'
import { Button, IconButton } from '../../ui/Button'
import { copyText } from '../../ui/clipboard'
import { TextInput } from '../../ui/controls'
import { failureOf } from '../../ui/failure'
import { formatCount, formatTime, initials } from '../../ui/format'
import { Icon, StateGlyph } from '../../ui/icons'
import { Dialog } from '../../ui/Dialog'
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu'
import { TagText } from '../../ui/TagText'
import { toast } from '../../ui/toasts'
import { useFocusAfter } from '../../ui/useFocusBack'
import { useNow } from '../../ui/useNow'
import { refusedOf, tellTakenBack, transferRuns } from '../../app/transfer/transfer'
import { TransferForm } from '../../app/transfer/TransferForm'
import { durationOf, progressOf } from './model'
import { RunChooser } from './RunChooser'
import { useRunPlace, wholeRunKey } from './useRun'
import { isLive } from '../../data/project'

const STATE_WORDS: Record<string, string> = {
  pending: 'Pending',
  running: 'Running',
  preempting: 'Being preempted',
  preempted: 'Preempted',
  finished: 'Finished',
  failed: 'Failed',
  crashed: 'Crashed',
  killed: 'Stopped',
}

export function Head() {
  const { session, run, base, change } = useRunPlace()
  const nowS = useNow(isLive(run) ? 1000 : 60_000)
  const [isRenaming, setRenaming] = useState(false)
  const pencil = useRef<HTMLButtonElement>(null)
  useFocusAfter(isRenaming, pencil)
  const [going, setGoing] = useState<TransferKind | null>(null)
  const commands = useCommands()
  const live = isLive(run)
  useActions(
    () => [
      {
        name: 'run.rename',
        label: 'Rename the run',
        group: 'Run',
        icon: 'edit',
        keys: 'f2',
        perform: () => setRenaming(true),
      },
      {
        name: 'run.stop',
        label: 'Stop the run',
        group: 'Run',
        icon: 'stop',
        when: () => live && !run.stop_requested,
        perform: () => void commands.stop(),
      },
      { name: 'run.copy-link', label: 'Copy the link', group: 'Run', icon: 'link', perform: commands.copyLink },
      { name: 'run.copy-id', label: 'Copy the run’s id', group: 'Run', icon: 'copy', perform: commands.copyId },
      { name: 'run.copy-code', label: 'Copy as Python', group: 'Run', icon: 'code', perform: commands.copyCode },
      {
        name: 'run.delete',
        label: 'Delete the run',
        group: 'Run',
        icon: 'trash',
        perform: () => void commands.remove(),
      },
    ],
    [commands, live, run.stop_requested],
  )
  return (
    <header className="rh">
      <div className="who">
        <h1>
          <span className="sw" style={{ '--c': `var(${runStyle(run.ordinal).colour})` } as never} />
          {isRenaming ? (
            <Rename
              name={run.name}
              onCancel={() => setRenaming(false)}
              onDone={async name => {
                if (!name || name === run.name || (await commands.rename(name))) setRenaming(false)
              }}
            />
          ) : (
            <>
              <span className="nm cut" title={run.name}>
                {run.name}
              </span>
              <IconButton ref={pencil} small icon="edit" label="Rename" keys="f2" onClick={() => setRenaming(true)} />
            </>
          )}
          <span className="statebadge">
            <StateGlyph state={run.state} label="" />
            {run.stop_requested && live ? 'Stopping' : (STATE_WORDS[run.state] ?? run.state)}{' '}
            <span className="t3">{formatDuration(durationOf(run, nowS))}</span>
            {run.exit_code !== null && run.exit_code !== 0 && <span className="t3">exit {run.exit_code}</span>}
          </span>
        </h1>
        <div className="rmeta">
          <span>
            <span className="avatar sm a1" aria-hidden="true">
              {initials(run.user)}
            </span>
            {run.user}
          </span>
          {run.group && (
            <span>
              <em>Group</em>
              {run.group}
            </span>
          )}
          {run.job_type && (
            <span>
              <em>Job</em>
              {run.job_type}
            </span>
          )}
          <Tags tags={run.tags} onChange={commands.tag} />
          <span title={formatTime(run.started_at)}>
            <em>Started</em>
            {startedWords(run.started_at, nowS)}
          </span>
        </div>
      </div>
      <Eta nowS={nowS} />
      <div className="acts">
        <RunChooser
          title="Measure against"
          value={base?.id ?? 'none'}
          none="Nothing"
          onChange={id => change({ base: id })}
          trigger={
            <Button icon="compare" title={base ? `Measured against ${base.name}` : 'Measure against another run'}>
              Compare
            </Button>
          }
        />
        {live && (
          <Button kind="danger" icon="stop" disabled={run.stop_requested} onClick={() => void commands.stop()}>
            {run.stop_requested ? 'Stopping' : 'Stop run'}
          </Button>
        )}
        <Menu align="end" label="More" trigger={<IconButton kind="plain" icon="more" label="More" />}>
          <MenuItem icon="edit" keys="f2" onSelect={() => setTimeout(() => setRenaming(true))}>
            Rename
          </MenuItem>
          <MenuItem icon="link" onSelect={commands.copyLink}>
            Copy link
          </MenuItem>
          <MenuItem icon="copy" onSelect={commands.copyId}>
            Copy id
          </MenuItem>
          <MenuItem icon="code" onSelect={commands.copyCode}>
            Copy as Python
          </MenuItem>
          <MenuItem icon="download" onSelect={() => window.open(session.api.zipUrl(), '_self')}>
            Download all files
          </MenuItem>
          <MenuSeparator />
          {(['move', 'copy'] as const).map(kind => (
            <MenuItem
              key={kind}
              icon={kind === 'move' ? 'folder' : 'copy'}
              why={live ? 'it still runs' : undefined}
              onSelect={() => setGoing(kind)}
            >
              {kind === 'move' ? 'Move' : 'Copy'} to project
            </MenuItem>
          ))}
          <MenuSeparator />
          <MenuItem icon="trash" isDanger onSelect={() => void commands.remove()}>
            Delete run
          </MenuItem>
        </Menu>
      </div>
      <Dialog isOpen={going !== null} onClose={() => setGoing(null)} title="Another project">
        {going && (
          <TransferForm
            kind={going}
            what={run.name}
            entity={session.entity}
            project={session.project}
            liveCount={0}
            onGo={to => void commands.transfer(going, to)}
            onDone={() => setGoing(null)}
          />
        )}
      </Dialog>
    </header>
  )
}

function Eta({ nowS }: { nowS: number }) {
  const { run } = useRunPlace()
  const progress = progressOf(run, nowS)
  // The place is kept, so that a run that begins to say how far it is moves nothing.
  if (!progress) return <div className="eta" aria-hidden="true" />
  const percent = Math.floor(progress.share * 100)
  return (
    <div className="eta">
      <div>
        <span>
          Step <b>{formatCount(progress.step)}</b> of {formatCount(progress.total)}
        </span>
        <b>{percent} %</b>
      </div>
      <div
        className={isLive(run) ? 'progress run' : 'progress'}
        role="progressbar"
        aria-label="Progress"
        aria-valuenow={percent}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <i style={{ width: `${progress.share * 100}%` }} />
      </div>
      <div>
        <span>{progress.rate > 0 ? paceOf(progress.rate) : ''}</span>
        {progress.leftS !== null && (
          <span>
            <b>{formatDuration(progress.leftS)}</b> left, about {clock(nowS + progress.leftS)}
          </span>
        )}
      </div>
    </div>
  )
}

const paceOf = (rate: number): string =>
  rate >= 1 ? `${rate.toFixed(rate >= 10 ? 0 : 1)} steps/s` : `${(1 / rate).toFixed(1)} s a step`

const clock = (atS: number): string =>
  new Date(atS * 1000).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' })

function startedWords(atS: number, nowS: number): string {
  const day = (s: number) => new Date(s * 1000).toDateString()
  if (day(atS) === day(nowS)) return `today ${clock(atS)}`
  return `${new Date(atS * 1000).toLocaleDateString(undefined, { dateStyle: 'medium' })} ${clock(atS)}`
}

function Rename({
  name,
  onCancel,
  onDone,
}: {
  name: string
  onCancel: () => void
  /** Closes the form when the server has the name; until then what was typed stays. */
  onDone: (name: string) => Promise<void>
}) {
  const [text, setText] = useState(name)
  const [isSending, setSending] = useState(false)
  const submit = async (event?: FormEvent) => {
    event?.preventDefault()
    if (isSending) return
    setSending(true)
    await onDone(text.trim())
    setSending(false)
  }
  return (
    <form className="rename" onSubmit={event => void submit(event)}>
      <TextInput
        // The reader asked for it with a key: this is where they type next.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autoFocus
        aria-label="Name of the run"
        value={text}
        maxLength={256}
        readOnly={isSending}
        onFocus={event => event.target.select()}
        onChange={event => setText(event.target.value)}
        onBlur={() => void submit()}
        onKeyDown={event => {
          if (event.key === 'Escape') {
            event.stopPropagation()
            onCancel()
          }
        }}
      />
    </form>
  )
}

function Tags({
  tags,
  onChange,
}: {
  tags: string[]
  /** Answers whether the server took it. */
  onChange: (edits: RunEdits, said: string) => Promise<boolean>
}) {
  const [isAdding, setAdding] = useState(false)
  const [isSending, setSending] = useState(false)
  const [text, setText] = useState('')
  const plus = useRef<HTMLButtonElement>(null)
  useFocusAfter(isAdding, plus)
  const add = async (event?: FormEvent) => {
    event?.preventDefault()
    const tag = text.trim()
    if (isSending) return
    setSending(true)
    const isDone = !tag || tags.includes(tag) || (await onChange(addedTags([tag]), `Added the tag ${tag}`))
    setSending(false)
    if (!isDone) return // what was typed stays
    setText('')
    setAdding(false)
  }
  return (
    <span className="tags">
      {tags.map(tag => (
        <span key={tag} className="tag">
          <TagText tag={tag} />
          <button
            type="button"
            className="x"
            aria-label={`Remove the tag ${tag}`}
            onClick={() => {
              plus.current?.focus()
              void onChange({ remove_tags: [tag] }, `Removed the tag ${tag}`)
            }}
          >
            <Icon name="close" size={9} />
          </button>
        </span>
      ))}
      {isAdding ? (
        <form onSubmit={event => void add(event)}>
          <input
            className="tag-input"
            // oxlint-disable-next-line jsx-a11y/no-autofocus
            autoFocus
            aria-label="New tag"
            value={text}
            maxLength={256}
            readOnly={isSending}
            onChange={event => setText(event.target.value)}
            onBlur={() => void add()}
            onKeyDown={event => event.key === 'Escape' && (setText(''), setAdding(false))}
          />
        </form>
      ) : (
        <button ref={plus} type="button" className="tag add" aria-label="Add tag" onClick={() => setAdding(true)}>
          <Icon name="plus" size={11} />
        </button>
      )}
    </span>
  )
}

function useCommands() {
  const { session, run } = useRunPlace()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { entity, project } = session
  const { id, name } = run
  const refresh = useCallback(
    () => client.invalidateQueries({ queryKey: wholeRunKey(entity, project, id) }),
    [client, entity, project, id],
  )
  const failed = (error: unknown, what: string) =>
    toast({ icon: 'error', text: `${what}: ${failureOf(error, '').detail}` })

  /** Answers whether it was done. */
  const doing = async (what: string, work: () => Promise<void>): Promise<boolean> => {
    let isDone = true
    try {
      await work()
    } catch (error) {
      isDone = false
      failed(error, what)
    }
    await refresh()
    return isDone
  }
  const rename = (to: string) =>
    doing(`${name} was not renamed`, async () => {
      const after = await session.api.edit({ name: to })
      await putAnswer(client, wholeRunKey(entity, project, id), () => after)
      const back = { name, known_name: to }
      toast({
        text: `Renamed to ${to}`,
        undo: () => void doing('It was not taken back', async () => void (await session.api.edit(back))),
      })
    })
  /** One tag of the run; those that others give it or take from it meanwhile stay as they are. */
  const tag = (edits: RunEdits, said: string) =>
    doing(`${name} was not changed`, async () => {
      const runs = new RunsApi(entity, project)
      const { undos, refused } = await runs.edit([id], edits)
      const names = new Map([[id, name]])
      if (refused.length > 0) throw new Error(refusedOf(refused, names))
      const takeBack = async () => tellTakenBack(await runs.undo(undos), names)
      toast({ text: said, ...(undos.length > 0 && { undo: () => void doing('It was not taken back', takeBack) }) })
    })
  const transfer = (kind: TransferKind, to: string) =>
    transferRuns(new RunsApi(entity, project), {
      kind,
      runs: [{ id, name }],
      to,
      // A page whose run was moved goes with it.
      onChange: () => client.invalidateQueries(),
      onOpen: (entity, project) => void navigate({ to: '/$entity/$project', params: { entity, project } }),
    })
  const stop = async () => {
    try {
      await session.api.stop()
      await refresh()
      toast({
        icon: 'stop',
        text: `${name} stops with its next rows, at the latest in 35 s`,
        undo: () => {
          session.api.undoStop().then(
            () => {
              toast({ icon: 'check', text: `${name} goes on` })
              void refresh()
            },
            error => {
              failed(error, `${name} could not be kept from stopping`)
              void refresh()
            },
          )
        },
      })
    } catch (error) {
      failed(error, `${name} was not stopped`)
    }
  }
  const remove = async () => {
    try {
      await session.api.delete()
      toast({
        icon: 'trash',
        text: `Deleted ${name}`,
        undo: () =>
          void session.api.restore().then(
            () => client.invalidateQueries(),
            error => failed(error, `${name} was not restored`),
          ),
      })
      await navigate({ to: '/$entity/$project', params: { entity, project } })
      await client.invalidateQueries()
    } catch (error) {
      failed(error, `${name} was not deleted`)
    }
  }
  const copyLink = () => void copyText(location.href, 'the link')
  const copyId = () => void copyText(id, 'the id')
  const copyCode = () =>
    void copyText(
      `import assay\n\nrun = assay.Api().run("${entity}/${project}/${id}")\nprint(run.name, run.state, run.summary)\n`,
      'the code',
    )
  return { rename, tag, transfer, stop, remove, copyLink, copyId, copyCode }
}
