/** At the right: what the version is, where it came from, what follows from it. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import {
  type ArtifactsApi,
  type ArtifactVersion,
  entityArtifacts,
  type Fault,
  type Lineage,
  type LineageNode,
  type RunRef,
} from '../../data/artifacts'
import { Button, IconButton } from '../../ui/Button'
import { copyText } from '../../ui/clipboard'
import { TextInput } from '../../ui/controls'
import { failureOf } from '../../ui/failure'
import { formatCount, formatDate, formatTime, plural } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { toast } from '../../ui/toasts'
import { useFocusAfter } from '../../ui/useFocusBack'
import { FaultBanner } from './FaultBanner'
import { isRunNode, reach } from './graph/layout'
import { artifactsKey, faultsQuery, shortDigest, sizeText } from './model'

export function RunLink({ run, name }: { run: Pick<RunRef, 'project' | 'run_id'>; name: string }) {
  const [entity = '', project = ''] = run.project.split('/')
  return (
    <Link to="/$entity/$project/runs/$run" params={{ entity, project, run: run.run_id }} className="cut">
      {name || run.run_id}
    </Link>
  )
}

export function Details({
  api,
  version,
  lineage,
  chosen,
  onMark,
  onEach,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  lineage: Lineage | undefined
  chosen: LineageNode | undefined
  onMark: () => void
  /** Draws what stands in stacks one by one; null: it is. */
  onEach: (() => void) | null
}) {
  return (
    <aside className="art-det" aria-label="Details">
      {chosen && chosen.id !== lineage?.root ? <NodeDetails node={chosen} onEach={onEach} /> : null}
      <VersionFacts api={api} version={version} />
      {version.span && <TimeCovered version={version} />}
      {lineage && <BlastRadius api={api} version={version} lineage={lineage} onMark={onMark} />}
      {lineage && <Upstream api={api} version={version} lineage={lineage} />}
    </aside>
  )
}

function VersionFacts({ api, version }: { api: ArtifactsApi; version: ArtifactVersion }) {
  const share = version.size > 0 ? Math.round(100 * (1 - version.new_size / version.size)) : 0
  return (
    <section>
      <h2>
        <span className="cut">
          {version.name}:{version.version}
        </span>
        <span className="n right">{version.type}</span>
      </h2>
      <dl className="kv">
        <dt>Digest</dt>
        <dd>
          <span className="mono cut" title={version.digest}>
            {shortDigest(version.digest)}
          </span>
          <IconButton
            small
            icon="copy"
            label="Copy the digest"
            onClick={() => void copyText(version.digest, 'the digest')}
          />
        </dd>
        {version.created_by && (
          <>
            <dt>Created by</dt>
            <dd>
              <RunLink run={version.created_by} name={version.created_by.name} />
            </dd>
          </>
        )}
        <dt>Logged</dt>
        <dd title={formatTime(version.created_at)}>
          {formatDate(version.created_at)}
          {version.step !== undefined && version.step >= 0 && (
            <span className="t3"> step {formatCount(version.step)}</span>
          )}
        </dd>
        <dt>Size</dt>
        <dd>
          {sizeText(version.size)}, {plural(version.file_count, 'file')}
        </dd>
        <dt>New bytes</dt>
        <dd>
          {sizeText(version.new_size)} <span className="t3">{share} % shared</span>
        </dd>
        <dt>Time to live</dt>
        <dd>
          {version.expires_at ? `until ${formatDate(version.expires_at)}` : 'None'}
          {(version.aliases?.length ?? 0) > 0 && (
            <span className="t3"> kept by {plural(version.aliases?.length ?? 0, 'mark')}</span>
          )}
        </dd>
        <dt>Used by</dt>
        <dd>{plural(version.used_by_count ?? 0, 'run')}</dd>
        <Labels api={api} version={version} of="aliases" title="Aliases" />
        <Labels api={api} version={version} of="tags" title="Tags" />
      </dl>
    </section>
  )
}

/** Aliases and tags, added and taken away in place; taking away can be undone. */
function Labels({
  api,
  version,
  of,
  title,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  of: 'aliases' | 'tags'
  title: string
}) {
  const client = useQueryClient()
  const [isAdding, setAdding] = useState(false)
  const plus = useRef<HTMLButtonElement>(null)
  useFocusAfter(isAdding, plus)
  const values = version[of] ?? []
  /** Answers whether it was done. */
  const change = async (what: 'add' | 'remove', value: string, canUndo = true): Promise<boolean> => {
    let isDone = true
    try {
      await api.edit(version.name, version.version, { [`${what}_${of}`]: [value] })
      if (what === 'remove' && canUndo)
        toast({ text: `Removed ${value}`, icon: 'check', undo: () => void change('add', value, false) })
    } catch (error) {
      isDone = false
      toast({ text: failureOf(error, `${value} could not be changed`).detail, icon: 'warn' })
    }
    void client.invalidateQueries({ queryKey: artifactsKey(api.entity, api.project) })
    return isDone
  }
  /** What is typed stays until the server has it. */
  const add = async (value: string): Promise<void> => {
    if (await change('add', value)) setAdding(false)
  }
  return (
    <>
      <dt>{title}</dt>
      <dd className="labels">
        {values.map(value => (
          <span key={value} className={of === 'aliases' ? 'mark sm' : 'tag'}>
            {value}
            <button
              type="button"
              className="x"
              aria-label={`Remove ${value}`}
              onClick={() => {
                plus.current?.focus()
                void change('remove', value)
              }}
            >
              <Icon name="close" size={10} />
            </button>
          </span>
        ))}
        {isAdding ? (
          <TextInput
            aria-label={`New ${of === 'aliases' ? 'alias' : 'tag'}`}
            className="w-24"
            autoFocus
            onBlur={() => setAdding(false)}
            onKeyDown={event => {
              if (event.key === 'Escape') setAdding(false)
              const value = event.currentTarget.value.trim()
              if (event.key === 'Enter' && value !== '') void add(value)
            }}
          />
        ) : (
          <IconButton
            ref={plus}
            small
            icon="plus"
            label={of === 'aliases' ? 'Add alias' : 'Add tag'}
            onClick={() => setAdding(true)}
          />
        )}
      </dd>
    </>
  )
}

function TimeCovered({ version }: { version: ArtifactVersion }) {
  const span = version.span as NonNullable<ArtifactVersion['span']>
  return (
    <section>
      <h2>
        Time covered
        <span className="n right">
          {formatDate(span.start)} – {formatDate(span.end)}
        </span>
      </h2>
      <div className="hint">
        <code>
          {version.name}@{new Date(span.start * 1000).getUTCFullYear()}
        </code>{' '}
        finds it by its time
      </div>
    </section>
  )
}

function BlastRadius({
  api,
  version,
  lineage,
  onMark,
}: {
  api: ArtifactsApi
  version: ArtifactVersion
  lineage: Lineage
  onMark: () => void
}) {
  const down = reach(lineage, lineage.root, 1)
  const following = lineage.nodes.filter(node => node.id !== lineage.root && down.has(node.id))
  const count = (test: (node: LineageNode) => boolean): number =>
    following.reduce((sum, node) => sum + (test(node) ? (node.count ?? 1) : 0), 0)
  const runs = count(isRunNode)
  const models = count(node => !isRunNode(node) && /model/i.test(node.type ?? ''))
  const others = count(node => !isRunNode(node)) - models
  const production = count(node => node.aliases?.includes('production') ?? false)
  const fault = useFaults(api).find(one => isAbout(one, version) && !one.taken_back_at)
  const client = useQueryClient()
  const takeBack = async (): Promise<void> => {
    if (!fault) return
    try {
      await entityArtifacts.takeBack(api.entity, fault.id)
      toast({ text: 'It counts as good again', icon: 'check' })
    } catch (error) {
      toast({ text: failureOf(error, 'The mark could not be taken back').detail, icon: 'warn' })
    }
    await client.invalidateQueries({ queryKey: ['faults', api.entity] })
    await client.invalidateQueries({ queryKey: artifactsKey(api.entity, api.project) })
  }
  return (
    <section>
      <h2>
        Blast radius <span className="n right">downstream</span>
      </h2>
      <Blast
        runs={runs}
        models={models || others}
        modelWord={models > 0 ? 'models' : 'versions'}
        production={production}
      />
      {fault ? (
        <div className="banner bad">
          <Icon name="flag" />
          <span>
            <b className="b">Marked as bad</b> by {fault.by}, {formatDate(fault.at)}: {fault.reason}
          </span>
          <Button small onClick={() => void takeBack()}>
            Take back
          </Button>
        </div>
      ) : (
        <>
          <Button kind="danger" icon="flag" onClick={onMark}>
            Mark as bad…
          </Button>
          <p className="hint">Flags what follows. Nothing is deleted.</p>
        </>
      )}
    </section>
  )
}

export function Blast({
  runs,
  models,
  modelWord,
  production,
}: {
  runs: number
  models: number
  modelWord: string
  production: number
}) {
  return (
    <div className="blast">
      <div>
        <b>{formatCount(runs)}</b>
        runs
      </div>
      <div>
        <b>{formatCount(models)}</b>
        {modelWord}
      </div>
      <div className={production > 0 ? 'p' : undefined}>
        <b>{formatCount(production)}</b>
        in production
      </div>
    </div>
  )
}

function useFaults(api: ArtifactsApi): readonly Fault[] {
  const { data } = useQuery({
    queryKey: ['faults', api.entity],
    queryFn: ({ signal }) => entityArtifacts.faults(api.entity, signal),
    retry: false,
    staleTime: 30_000,
  })
  return data?.faults ?? []
}

const isAbout = (fault: Fault, version: ArtifactVersion): boolean =>
  fault.kind === 'version' && fault.target === version.path

/** What is wrong with what the version was made from, and what of it has changed since. */
function Upstream({ api, version, lineage }: { api: ArtifactsApi; version: ArtifactVersion; lineage: Lineage }) {
  const own = useFaults(api)
  const { data: reaching = [] } = useQuery(faultsQuery(api, version))
  // What is said of the version itself stands with its blast radius.
  const faults = reaching.filter(one => !own.some(each => each.id === one.id && isAbout(each, version)))
  const up = reach(lineage, lineage.root, -1)
  const stale = lineage.nodes.filter(node => up.has(node.id) && node.is_stale)
  if (faults.length === 0 && stale.length === 0) return null
  return (
    <section aria-label="Upstream">
      <h2>Upstream</h2>
      {faults.map(one => (
        <FaultBanner key={one.id} api={api} version={version} fault={one}>
          <Why fault={own.find(each => each.id === one.id)} why={one.why} lineage={lineage} />
        </FaultBanner>
      ))}
      {stale.map(node => (
        <div key={node.id} className="banner warn">
          <Icon name="warn" />
          <span>
            <b className="b">{node.id === lineage.root ? 'This version' : node.label}</b> was made from what has a newer
            version by now. It still reads as it was logged.
          </span>
        </div>
      ))}
    </section>
  )
}

/** What a mark says: of one's own team, with a way to what it is about; of another, as far as one may read it. */
function Why({ fault, why, lineage }: { fault: Fault | undefined; why: string; lineage: Lineage }) {
  if (!fault) return <>{`${why.charAt(0).toUpperCase()}${why.slice(1)}.`}</>
  const source = lineage.nodes.find(
    node => fault.kind === 'version' && `${node.project}/${node.name}:${node.version}` === fault.target,
  )
  return (
    <>
      Made from <b className="b">{source?.label ?? `${fault.kind} ${fault.target}`}</b>, which {fault.by} marked as bad
      on {formatDate(fault.at)}: {fault.reason} {source && <NodeLink node={source} />}
    </>
  )
}

function NodeDetails({ node, onEach }: { node: LineageNode; onEach: (() => void) | null }) {
  return (
    <section aria-live="polite">
      <h2>
        <span className="cut">{node.label}</span>
        <span className="n right">{isRunNode(node) ? 'run' : (node.type ?? '')}</span>
      </h2>
      <dl className="kv">
        {node.state && (
          <>
            <dt>State</dt>
            <dd>{node.state}</dd>
          </>
        )}
        {node.at > 0 && (
          <>
            <dt>When</dt>
            <dd>{formatTime(node.at)}</dd>
          </>
        )}
        {(node.count ?? 1) > 1 && (
          <>
            <dt>Stands for</dt>
            <dd>{node.count} alike</dd>
          </>
        )}
        {node.aliases && node.aliases.length > 0 && (
          <>
            <dt>Aliases</dt>
            <dd>{node.aliases.join(', ')}</dd>
          </>
        )}
      </dl>
      {(node.count ?? 1) > 1 && onEach && (
        <Button small onClick={onEach}>
          Draw each
        </Button>
      )}
      {node.kind === 'run' && node.run_id && (
        <RunLink run={{ project: node.project, run_id: node.run_id }} name="Open the run" />
      )}
      {node.kind === 'version' && <NodeLink node={node} />}
    </section>
  )
}

function NodeLink({ node }: { node: LineageNode }) {
  const [entity = '', project = ''] = node.project.split('/')
  if (!node.name || !node.version) return null
  return (
    <Link
      to="/$entity/$project/artifacts/$type/$name/$version"
      params={{ entity, project, type: node.type || 'artifact', name: node.name, version: node.version }}
    >
      Open this version
    </Link>
  )
}
