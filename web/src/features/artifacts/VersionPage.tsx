/** A version of an artifact: where it came from and what became of it, what is in it, how to use it. */

import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useRouter } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import type { ArtifactVersion, LineageNode } from '../../data/artifacts'
import type { FilePreview } from '../../data/run'
import { useActions } from '../../ui/actions'
import { Button, IconButton } from '../../ui/Button'
import { copyText } from '../../ui/clipboard'
import { failureOf, statusOf } from '../../ui/failure'
import { Ago } from '../../ui/Ago'
import { formatAgo, formatCount } from '../../ui/format'
import { Icon } from '../../ui/icons'
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu'
import { Banner, Bone, FailureMessage, Loading, Message } from '../../ui/states'
import { toast } from '../../ui/toasts'
import { useNow } from '../../ui/useNow'
import { useTabInSight } from '../../ui/useTabInSight'
import { useTitle } from '../../ui/useTitle'
import { useMedia } from '../../ui/useToken'
import { CompareTab } from './CompareTab'
import { Details } from './Details'
import { FilesTab } from './FilesTab'
import { DEPTH, LineagePanel, Strip } from './LineageTab'
import { MarkBad } from './MarkBad'
import { Marks } from './Marks'
import {
  artifactsKey,
  iconOfType,
  marksOf,
  sizeText,
  spanText,
  type Tab,
  TAB_TITLES,
  TABS,
  versionQuery,
  versionsQuery,
} from './model'
import { HistoryTab, MetadataTab, UsageTab } from './OtherTabs'
import { Side } from './Side'
import { useArtifactsApi, useVersionView } from './useArtifacts'
import './artifacts.css'

export interface VersionPageProps {
  entity: string
  project: string
  type: string
  name: string
  version: string
  /** The content of a file, as run pages show it. */
  preview: (file: FilePreview) => ReactNode
}

export function VersionPage({ entity, project, type, name, version: ref, preview }: VersionPageProps) {
  const api = useArtifactsApi(entity, project)
  const { data, error, isPending, refetch } = useQuery({
    ...versionQuery(api, name, ref),
    placeholderData: keepPreviousData,
  })
  useTitle(`${name}:${data?.version ?? ref}`, project)
  if (error && !data) {
    return (
      <div className="art">
        <Side api={api} type={type} name={statusOf(error) === 404 ? '' : name} version={ref} />
        <div className="art-mid">
          {statusOf(error) === 404 ? (
            <Message
              isPage
              icon="search"
              title={`There is no ${name}:${ref}`}
              actions={
                <Link className="btn" to="/$entity/$project/artifacts" params={{ entity, project }}>
                  All artifacts
                </Link>
              }
            >
              <span>The name or version in the address does not exist in this project. Nothing was changed.</span>
            </Message>
          ) : (
            <FailureMessage
              isPage
              failure={failureOf(error, `${name}:${ref} could not be read`)}
              onRetry={() => void refetch()}
            />
          )}
        </div>
      </div>
    )
  }
  return (
    <Loading isLoading={isPending} skeleton={<Skeleton />}>
      {() => data && <Page key={`${entity}/${project}/${name}`} {...{ api, type, preview }} version={data} />}
    </Loading>
  )
}

function Page({
  api,
  type,
  version,
  preview,
}: {
  api: ReturnType<typeof useArtifactsApi>
  type: string
  version: ArtifactVersion
  preview: VersionPageProps['preview']
}) {
  const [view, change] = useVersionView()
  const navigate = useNavigate()
  const tab = view.tab ?? 'lineage'
  const isPhone = useMedia('(max-width: 720px)')
  const { data: list } = useQuery(versionsQuery(api, version.name))
  const versions = useMemo(() => list?.versions ?? [], [list])
  const depth = view.depth ?? DEPTH
  const isDirect = view.direct ?? isPhone
  const asked = { direction: 'both', depth, direct: isDirect, each: view.each ?? false } as const
  const lineage = useQuery({
    queryKey: [...artifactsKey(api.entity, api.project), 'lineage', version.name, version.version, asked],
    queryFn: ({ signal }) => api.lineage(version.name, version.version, asked, signal),
    placeholderData: keepPreviousData,
    staleTime: 10_000,
    retry: false,
  })
  const tabs = useTabInSight<HTMLElement>(tab, version.file_count)
  const at = versions.findIndex(one => one.version === version.version)
  const open = (target: ArtifactVersion): void =>
    void navigate({
      to: '/$entity/$project/artifacts/$type/$name/$version',
      params: { entity: target.entity, project: target.project, type, name: target.name, version: target.version },
      search: ((before: Record<string, unknown>) => ({ ...before, node: undefined, file: undefined })) as never,
    })
  const [older, newer] = [versions[at + 1], at > 0 ? versions[at - 1] : undefined]
  const flip = {
    text: at < 0 ? version.version : `${version.version} of ${formatCount(list?.total ?? versions.length)}`,
    older: older ? () => open(older) : null,
    newer: newer ? () => open(newer) : null,
  }
  const drawEach = (): void => change({ each: true, node: undefined })
  const openNode = (node: LineageNode): void => {
    const [entity = '', project = ''] = node.project.split('/')
    if (node.kind === 'run' && node.run_id)
      void navigate({ to: '/$entity/$project/runs/$run', params: { entity, project, run: node.run_id } })
    else if (node.kind === 'version' && node.name && node.version)
      void navigate({
        to: '/$entity/$project/artifacts/$type/$name/$version',
        params: { entity, project, type: node.type || 'artifact', name: node.name, version: node.version },
      })
    else if (node.kind === 'group') drawEach()
    else change({ node: node.id }, { replace: true })
  }
  useActions(
    () => [
      ...TABS.map((name, i) => ({
        name: `artifact.tab.${name}`,
        label: `Show ${TAB_TITLES[name].toLowerCase()}`,
        group: 'Artifact',
        keys: String(i + 1),
        perform: () => change({ tab: name === 'lineage' ? undefined : name, file: undefined }),
      })),
      {
        name: 'artifact.bad',
        label: 'Mark as bad…',
        group: 'Artifact',
        icon: 'flag' as const,
        perform: () => change({ mark: 'bad' }),
      },
    ],
    [change],
  )
  return (
    <div className="art">
      <Side api={api} type={version.type} name={version.name} version={version.version} />
      <div className="art-mid">
        <Head
          api={api}
          version={version}
          onCompare={() => change({ tab: 'compare' })}
          onMark={() => change({ mark: 'bad' })}
        />
        <nav className="tabs" ref={tabs} aria-label="Parts of the version">
          {TABS.map(name => (
            <TabLink
              key={name}
              name={name}
              isHere={name === tab}
              onOpen={() => change({ tab: name === 'lineage' ? undefined : name, file: undefined })}
            >
              {TAB_TITLES[name]}
              {name === 'files' && <span className="n">{formatCount(version.file_count)}</span>}
            </TabLink>
          ))}
        </nav>
        <div className="art-body">
          <VersionChooser versions={versions} version={version} onOpen={open} />
          {version.state === 'deleted' && <DeletedBanner api={api} version={version} />}
          {tab === 'lineage' && (
            <>
              <LineagePanel
                version={version}
                lineage={{ ...lineage, refetch: () => void lineage.refetch() }}
                {...{ view, change, flip }}
                onOpen={openNode}
              />
              <Strip api={api} version={version} before={older ?? null} change={change} />
            </>
          )}
          {tab === 'files' && <FilesTab {...{ api, version, view, change, preview }} />}
          {tab === 'metadata' && <MetadataTab version={version} />}
          {tab === 'usage' && <UsageTab api={api} version={version} />}
          {tab === 'compare' && <CompareTab {...{ api, version, versions, view, change }} />}
          {tab === 'history' && <HistoryTab api={api} name={version.name} />}
        </div>
      </div>
      {!(tab === 'files' && view.file) && (
        <Details
          api={api}
          version={version}
          lineage={lineage.data}
          chosen={lineage.data?.nodes.find(node => node.id === view.node)}
          onMark={() => change({ mark: 'bad' })}
          onEach={view.each ? null : drawEach}
        />
      )}
      {view.mark === 'bad' && (
        <MarkBad api={api} version={version} onClose={() => change({ mark: undefined }, { replace: true })} />
      )}
    </div>
  )
}

function Head({
  api,
  version,
  onCompare,
  onMark,
}: {
  api: ReturnType<typeof useArtifactsApi>
  version: ArtifactVersion
  onCompare: () => void
  onMark: () => void
}) {
  const nowS = useNow(60_000)
  const marks = marksOf(version)
  return (
    <header className="ahead">
      <div className="row">
        <h1>
          <Icon name={iconOfType(version.type)} size={18} />
          <span className="cut">
            {version.name}
            <span className="colon">:</span>
            {version.version}
          </span>
        </h1>
        <span className="marks">
          <Marks aliases={marks} />
          {version.span && (
            <span className="mark">
              <Icon name="calendar" size={11} /> {spanText(version.span)}
            </span>
          )}
        </span>
        <span className="acts">
          <Menu align="end" label="Download" trigger={<Button icon="download">Download</Button>}>
            <MenuItem icon="download" onSelect={() => window.open(api.zipUrl(version.name, version.version), '_self')}>
              As a zip file{version.size > 0 && `, ${sizeText(version.size)}`}
            </MenuItem>
            <MenuItem
              icon="copy"
              onSelect={() =>
                void copyText(`assay artifact get ${version.path}\n`, 'the command that downloads and verifies it')
              }
            >
              Copy the command that verifies it
            </MenuItem>
          </Menu>
          <Button icon="compare" onClick={onCompare}>
            Compare
          </Button>
          <Menu
            align="end"
            label="More about this version"
            trigger={<IconButton kind="plain" icon="more" label="More about this version" />}
          >
            <MenuItem icon="copy" onSelect={() => void copyText(version.path, 'the path')}>
              Copy path
            </MenuItem>
            <MenuItem icon="link" onSelect={() => void copyText(`${location.origin}${location.pathname}`, 'the link')}>
              Copy link
            </MenuItem>
            <MenuSeparator />
            <MenuItem icon="flag" onSelect={onMark}>
              Mark as bad…
            </MenuItem>
            <DeleteItem api={api} version={version} />
          </Menu>
        </span>
      </div>
      <p>
        {version.description && <span>{version.description} </span>}
        <span className="t3">
          {version.type}, logged <Ago atS={version.created_at} nowS={nowS} />
          {formatAgo(version.created_at, nowS) !== 'now' && ' ago'}
          {version.created_by && ` by ${version.created_by.name}`}.
        </span>
      </p>
    </header>
  )
}

/** Says what went wrong. */
async function restore(api: ReturnType<typeof useArtifactsApi>, version: ArtifactVersion): Promise<void> {
  try {
    await api.restore(version.name, version.version)
  } catch (error) {
    toast({ text: failureOf(error, 'It could not be restored').detail, icon: 'warn' })
  }
}

function DeleteItem({ api, version }: { api: ReturnType<typeof useArtifactsApi>; version: ArtifactVersion }) {
  const client = useQueryClient()
  const again = (): Promise<void> => client.invalidateQueries({ queryKey: artifactsKey(api.entity, api.project) })
  const remove = async (): Promise<void> => {
    try {
      await api.remove(version.name, version.version)
      toast({
        text: `Deleted ${version.name}:${version.version}`,
        icon: 'trash',
        undo: () => void restore(api, version).then(again),
      })
      await again()
    } catch (error) {
      toast({ text: failureOf(error, 'It could not be deleted').detail, icon: 'warn' })
    }
  }
  return (
    <MenuItem
      icon="trash"
      isDanger
      {...((version.aliases?.length ?? 0) > 0 ? { why: 'an alias points at it' } : {})}
      onSelect={() => void remove()}
    >
      Delete version
    </MenuItem>
  )
}

function DeletedBanner({ api, version }: { api: ReturnType<typeof useArtifactsApi>; version: ArtifactVersion }) {
  const client = useQueryClient()
  return (
    <Banner
      tone="warn"
      icon="trash"
      action={
        <Button
          small
          onClick={() =>
            void restore(api, version).then(() =>
              client.invalidateQueries({ queryKey: artifactsKey(api.entity, api.project) }),
            )
          }
        >
          Restore
        </Button>
      }
    >
      <b className="b">This version is deleted.</b> Its bytes are kept for a while.
    </Banner>
  )
}

/** Where the list at the left has no room. */
function VersionChooser({
  versions,
  version,
  onOpen,
}: {
  versions: readonly ArtifactVersion[]
  version: ArtifactVersion
  onOpen: (version: ArtifactVersion) => void
}) {
  return (
    <div className="psel">
      <Icon name="history" size={14} />
      <label htmlFor="version-chooser">Version</label>
      <select
        id="version-chooser"
        value={version.version}
        onChange={event => {
          const target = versions.find(one => one.version === event.target.value)
          if (target) onOpen(target)
        }}
      >
        {versions.length === 0 && <option value={version.version}>{version.version}</option>}
        {versions.map(one => (
          <option key={one.version} value={one.version}>
            {one.version}
            {one.aliases?.length ? ` (${one.aliases.join(', ')})` : ''}
          </option>
        ))}
      </select>
      <span className="t3">of {formatCount(versions.length)}</span>
    </div>
  )
}

function TabLink({
  name,
  isHere,
  onOpen,
  children,
}: {
  name: Tab
  isHere: boolean
  onOpen: () => void
  children: ReactNode
}) {
  const router = useRouter()
  const { href } = router.buildLocation({ to: '.', search: (name === 'lineage' ? {} : { tab: name }) as never })
  return (
    <a
      href={router.history.createHref(href)}
      aria-current={isHere ? 'page' : undefined}
      onClick={event => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
        event.preventDefault()
        onOpen()
      }}
    >
      {children}
    </a>
  )
}

function Skeleton() {
  return (
    <div className="art">
      <div className="art-side" />
      <div className="art-mid">
        <div className="ahead">
          <Bone width={280} height={24} />
        </div>
        <div className="art-body">
          <section className="panel graph">
            <div className="cv wait" />
          </section>
        </div>
      </div>
      <div className="art-det" />
    </div>
  )
}
