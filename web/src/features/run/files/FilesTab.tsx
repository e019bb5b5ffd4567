/** The run's files: a tree, and the one that is chosen. */

import { Link } from '@tanstack/react-router'
import { useActions } from '../../../ui/actions'
import { Button } from '../../../ui/Button'
import { failureOf } from '../../../ui/failure'
import { formatSize, plural } from '../../../ui/format'
import { Icon } from '../../../ui/icons'
import { FailureMessage, Message, useSkeleton } from '../../../ui/states'
import { useMedia } from '../../../ui/useToken'
import { useFiles } from '../useCounts'
import { useRunPlace } from '../useRun'
import { FileTree } from './FileTree'
import { Preview } from './Preview'

export default function FilesTab() {
  const { session, view, change } = useRunPlace()
  const { data: files, error, refetch, isPending } = useFiles(session)
  const isSkeleton = useSkeleton(isPending)
  const isPhone = useMedia('(max-width: 720px)')
  useActions(
    () => [
      {
        name: 'files.zip',
        label: 'Download all files as zip',
        group: 'Run',
        icon: 'download',
        perform: () => window.open(session.api.zipUrl(), '_self'),
      },
    ],
    [session],
  )
  if (error && !files)
    return <FailureMessage failure={failureOf(error, 'The files could not be listed')} onRetry={() => void refetch()} />
  if (isPending) return <div className="run-tab split" aria-busy={isSkeleton} />
  if (!files || files.length === 0) {
    return (
      <Message icon="folder" title="The run has no files">
        <span>
          <code>run.save(&quot;model.pt&quot;)</code> keeps a file with the run; what is in <code>run.dir</code> when it
          ends is kept too.
        </span>
      </Message>
    )
  }
  const chosen = view.file ?? (isPhone ? '' : (files.find(file => !file.path.startsWith('values/'))?.path ?? ''))
  const folder = chosen.includes('/') ? chosen.slice(0, chosen.lastIndexOf('/')) : ''
  const total = files.reduce((sum, file) => sum + file.size, 0)
  return (
    <div className={chosen && isPhone ? 'run-tab split has-file' : 'run-tab split'}>
      <section className="panel fill" aria-label="Files">
        <header className="panel-h">
          <h2 className="title">Files</h2>
          <span className="meta">
            {plural(files.length, 'file')}, {formatSize(total)}
          </span>
          <span className="tools wide">
            <a className="btn ghost sm" href={session.api.zipUrl()} download>
              <Icon name="download" size={14} /> Zip
            </a>
            {folder && (
              <a className="btn ghost sm" href={session.api.zipUrl(folder)} download title={`Only ${folder}`}>
                <Icon name="folder" size={14} /> Folder
              </a>
            )}
          </span>
        </header>
        <FileTree
          label="Files"
          files={files}
          chosen={chosen}
          onChoose={path => change({ file: path, at: undefined }, { replace: true })}
        />
      </section>
      {chosen ? (
        files.some(file => file.path === chosen) ? (
          <div className="split-b">
            {isPhone && (
              <Link className="btn sm back" to="." search={{ tab: 'files' } as never}>
                <Icon name="chev-l" size={14} /> All files
              </Link>
            )}
            <Preview
              key={chosen}
              path={chosen}
              at={view.at ?? ''}
              onAt={at => change({ file: chosen, at }, { replace: true })}
            />
          </div>
        ) : (
          <Message
            icon="file"
            title="This file is not here"
            actions={<Button onClick={() => change({ file: undefined })}>Show all files</Button>}
          >
            <span>
              The address names <code>{chosen}</code>, which the run does not have, or not yet.
            </span>
          </Message>
        )
      ) : null}
    </div>
  )
}
