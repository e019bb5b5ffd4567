/** Where the run runs: code, machine, Python, packages, command; and how to run it again. */

import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useMemo, useState } from 'react'
import { IconButton } from '../../../ui/Button'
import { copyText } from '../../../ui/clipboard'
import { CodeBox } from '../../../ui/CodeBox'
import { TextInput } from '../../../ui/controls'
import { Drawer } from '../../../ui/Dialog'
import { folded } from '../../../ui/folding'
import { formatMinute, formatTime, plural } from '../../../ui/format'
import { Icon } from '../../../ui/icons'
import { parsePatch, patchStats } from '../code/patch'
import { useFiles } from '../useCounts'
import { useRunPlace } from '../useRun'
import { toYaml } from '../yaml'
import {
  commandOf,
  commitUrl,
  gitOf,
  gpuWords,
  lockOf,
  packageChanges,
  packagesOf,
  reproduceCommands,
  textAt,
} from './environment'

export const PATCH = 'diff.patch'

export function Environment() {
  const { session, run, base } = useRunPlace()
  const facts = run.environment
  const git = gitOf(facts)
  const gpu = gpuWords(facts)
  const lock = lockOf(facts)
  const packages = packagesOf(facts)
  const count = Object.keys(packages).length
  const changes = useMemo(
    () => (base ? packageChanges(packagesOf(run.environment), packagesOf(base.environment)) : []),
    [run.environment, base],
  )
  const [isOpen, setOpen] = useState(false)
  const files = useFiles(session)
  const hasPatch = files.data?.some(file => file.path === PATCH) ?? false
  const { data: stats } = useQuery({
    queryKey: ['patch-stats', session.entity, session.project, session.run],
    queryFn: async ({ signal }) => patchStats(parsePatch((await session.api.preview(PATCH, signal)).text ?? '')),
    enabled: hasPatch,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const command = commandOf(facts)
  const url = git ? commitUrl(git.remote, git.commit) : ''
  const isEmpty = Object.keys(facts).length === 0
  const reproduce = () =>
    void copyText(
      reproduceCommands(facts, { url: location.href, id: run.id, hasPatch, lock: lock?.name ?? '' }),
      'the commands to run it again',
    )
  return (
    <section className="panel fix o7" aria-label="Environment">
      <header className="panel-h">
        <h2 className="title">Environment</h2>
        <span className="tools">
          <IconButton small icon="terminal" label="Copy the commands to run it again" onClick={reproduce} />
          <IconButton
            small
            icon="copy"
            label="Copy all"
            onClick={() => void copyText(toYaml(facts), 'the environment')}
          />
        </span>
      </header>
      <div className="env">
        {isEmpty && <p className="hint">The run has not told where it runs.</p>}
        <dl className="kv">
          {git && (
            <Row title="Git">
              <Icon name="branch" size={13} />
              <span className="cut" title={git.subject}>
                {git.branch || 'detached'}
              </span>
              {url ? (
                <a className="mono" href={url} target="_blank" rel="noopener noreferrer">
                  {git.commit.slice(0, 7)}
                </a>
              ) : (
                <button type="button" className="mono copyable" onClick={() => void copyText(git.commit, 'the commit')}>
                  {git.commit.slice(0, 7) || 'no commit'}
                </button>
              )}
            </Row>
          )}
          {git?.isDirty && (
            <Row title="Patch">
              <span className="tag warn">uncommitted</span>
              {stats && (
                <span className="mono">
                  <span className="up">+{stats.added}</span> <span className="down">−{stats.removed}</span>
                </span>
              )}
              {hasPatch && (
                <Link className="right" to="." search={{ tab: 'code', show: 'patch' } as never}>
                  {stats ? plural(stats.files, 'file') : 'Show'}
                </Link>
              )}
            </Row>
          )}
          {run.host && (
            <Row title="Host">
              <span className="cut">{run.host}</span>
              <span className="t3 cut">{textAt(facts, 'os', 'distribution') || textAt(facts, 'os', 'name')}</span>
            </Row>
          )}
          {gpu && (
            <Row title="GPU">
              {gpu.name}
              <span className="t3 cut">{gpu.note}</span>
            </Row>
          )}
          {textAt(facts, 'cpu', 'model') && (
            <Row title="CPU">
              {textAt(facts, 'cpu', 'usable_count')} ×<span className="t3 cut">{textAt(facts, 'cpu', 'model')}</span>
            </Row>
          )}
          {textAt(facts, 'python', 'version') && (
            <Row title="Python">
              {textAt(facts, 'python', 'version')}
              <span className="t3 cut">{frameworks(packages)}</span>
            </Row>
          )}
          {count > 0 && (
            <Row title="Packages">
              {count}
              {changes.length > 0 && (
                <span className="tag warn" title="From the baseline">
                  {changes.length} differ
                </span>
              )}
              <button type="button" className="link right" onClick={() => setOpen(true)}>
                Show
              </button>
            </Row>
          )}
          {lock && (
            <Row title="Lock">
              <Link className="mono cut" to="." search={{ tab: 'files', file: lock.path } as never}>
                {lock.name === 'conda' ? 'conda-explicit.txt' : lock.name}
              </Link>
            </Row>
          )}
          {textAt(facts, 'container', 'image') && (
            <Row title="Image">
              <span className="mono cut">{textAt(facts, 'container', 'image')}</span>
            </Row>
          )}
          <Row title="Started">
            <span className="cut" title={formatTime(run.started_at)}>
              {formatMinute(run.started_at)}
            </span>
          </Row>
          <Row title="SDK">{run.sdk_version || '–'}</Row>
        </dl>
        {command && (
          <div className="cmdbox">
            <CodeBox label="Command">{command}</CodeBox>
            <IconButton
              small
              className="cp"
              icon="copy"
              label="Copy the command"
              onClick={() => void copyText(command, 'the command')}
            />
          </div>
        )}
      </div>
      <Packages isOpen={isOpen} onClose={() => setOpen(false)} packages={packages} changes={changes} />
    </section>
  )
}

function Row({ title, children }: { title: string; children: ReactNode }) {
  return (
    <>
      <dt>{title}</dt>
      <dd>{children}</dd>
    </>
  )
}

const KNOWN = ['torch', 'tensorflow', 'jax', 'timm', 'transformers', 'lightning', 'scikit-learn', 'numpy']

function frameworks(packages: Record<string, string>): string {
  return KNOWN.filter(name => packages[name] !== undefined)
    .slice(0, 2)
    .map(name => `${name} ${packages[name]}`)
    .join(', ')
}

function Packages({
  isOpen,
  onClose,
  packages,
  changes,
}: {
  isOpen: boolean
  onClose: () => void
  packages: Record<string, string>
  changes: ReturnType<typeof packageChanges>
}) {
  const [words, setWords] = useState('')
  const was = new Map(changes.map(change => [change.name, change.was]))
  const names = [...new Set([...changes.map(change => change.name), ...Object.keys(packages)])]
  const needle = folded(words)
  const found = names.filter(name => folded(name).includes(needle))
  return (
    <Drawer isOpen={isOpen} onClose={onClose} title={plural(Object.keys(packages).length, 'package')}>
      <TextInput
        icon="search"
        aria-label="Find a package"
        placeholder="Find a package"
        value={words}
        onChange={event => setWords(event.target.value)}
      />
      <table className="table pkgs">
        <thead>
          <tr>
            <th>Package</th>
            <th className="num">Version</th>
          </tr>
        </thead>
        <tbody>
          {found.map(name => (
            <tr key={name}>
              <td>{name}</td>
              <td className="num mono">
                {was.has(name) && <del className="t3">{was.get(name) || 'absent'}</del>} {packages[name] ?? 'absent'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Drawer>
  )
}
