/** Questions about saved views: a name, what differs, earlier versions, what to do when somebody saved meanwhile. */

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { SavedView, Sharing } from '../../data/views'
import { Ago as AgoAt } from '../../ui/Ago'
import { useNow } from '../../ui/useNow'
import { Button } from '../../ui/Button'
import { Field, Segmented, TextInput } from '../../ui/controls'
import { Dialog } from '../../ui/Dialog'
import { failureOf } from '../../ui/failure'
import { Icon } from '../../ui/icons'
import { FailureMessage, Loading, Message } from '../../ui/states'
import { matchesWords } from '../../ui/match'
import { describeChanges, type ChangeLine } from './changes'
import type { Desk } from './desk'
import { type Page, usePageState } from './usePage'
import type { ViewAsk, ViewCommands } from './useViewCommands'
import { readView } from './view'

interface Props {
  ask: ViewAsk
  page: Page
  desk: Desk
  commands: ViewCommands
  views: readonly SavedView[]
  onOpen: (id: string) => void
  onAsk: (ask: ViewAsk | null) => void
}

export default function ViewDialogs(props: Props) {
  const { ask, onAsk } = props
  const close = (): void => onAsk(null)
  if (ask.kind === 'name') return <NameDialog {...props} isNew={ask.for === 'new'} close={close} />
  if (ask.kind === 'compare') return <CompareDialog {...props} close={close} />
  if (ask.kind === 'history') return <HistoryDialog {...props} close={close} />
  if (ask.kind === 'all') return <AllDialog {...props} close={close} />
  return <ConflictDialog {...props} theirs={ask.theirs} close={close} />
}

type Open = Props & { close: () => void }

function NameDialog({ page, commands, isNew, close }: Open & { isNew: boolean }) {
  const { saved } = page
  const [name, setName] = useState(isNew ? '' : (saved?.name ?? ''))
  const [sharing, setSharing] = useState<Sharing>(saved?.sharing ?? 'personal')
  const [isSending, setSending] = useState(false)
  const text = name.trim()
  const submit = async (): Promise<void> => {
    if (text === '' || isSending) return
    setSending(true)
    if (await (isNew ? commands.saveAs(text, sharing) : commands.rename(text))) close()
    else setSending(false)
  }
  return (
    <Dialog
      isOpen
      onClose={close}
      title={isNew ? 'Save view' : 'Rename view'}
      {...(isNew ? { description: 'Everything that you arranged on this page, under a name.' } : {})}
    >
      <form
        className="grid gap-3"
        onSubmit={event => {
          event.preventDefault()
          void submit()
        }}
      >
        <Field
          label="Name"
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the dialog is this question
          autoFocus
          value={name}
          maxLength={128}
          placeholder="Boundary study"
          onChange={event => setName(event.target.value)}
        />
        {isNew && (
          <div className="field">
            <span className="lab">Who sees it</span>
            <Segmented
              label="Who sees it"
              value={sharing}
              options={[
                { value: 'personal', label: 'Only you', icon: 'user' },
                { value: 'shared', label: 'Everybody in the project', icon: 'users' },
              ]}
              onChange={setSharing}
            />
          </div>
        )}
        <div className="acts">
          <Button kind="ghost" onClick={close}>
            Cancel
          </Button>
          <Button kind="primary" type="submit" disabled={text === '' || isSending}>
            {isNew ? 'Save view' : 'Rename view'}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function Changes({ lines }: { lines: readonly ChangeLine[] }) {
  if (lines.length === 0) return <p className="hint">They say the same.</p>
  return (
    <ul className="view-changes">
      {lines.map(line => (
        <li key={line.what}>
          <span className="b">{line.what}</span>
          <span className="t3">{line.before}</span>
          <Icon name="arrow" size={12} />
          <span>{line.after}</span>
        </li>
      ))}
    </ul>
  )
}

function CompareDialog({ page, commands, close }: Open) {
  const base = usePageState(page, state => state.base)
  const spec = usePageState(page, state => state.spec)
  return (
    <Dialog
      isOpen
      onClose={close}
      title={page.saved ? `Edits of ${page.saved.name}` : 'Edits'}
      description={`What differs from ${page.saved ? 'the view as saved' : 'the untouched page'}.`}
      className="view-dialog"
    >
      <Changes lines={describeChanges(base, spec)} />
      <div className="acts">
        <Button
          onClick={() => {
            commands.revert()
            close()
          }}
        >
          Revert all
        </Button>
        <Button
          kind="primary"
          onClick={() => {
            close()
            void commands.save()
          }}
        >
          Save view
        </Button>
      </div>
    </Dialog>
  )
}

function ConflictDialog({ page, commands, theirs, close, onAsk }: Open & { theirs: SavedView }) {
  const mine = usePageState(page, state => state.spec)
  return (
    <Dialog
      isOpen
      onClose={close}
      title={`${theirs.name} was saved meanwhile`}
      description={
        <>
          {theirs.updated_by} saved it <Ago atS={theirs.updated_at} />, after you opened it. Nothing of yours is lost:
          it is still on this page.
        </>
      }
      className="view-dialog"
    >
      <h3 className="sub">From theirs to yours</h3>
      <Changes lines={describeChanges(readView(theirs.spec), mine)} />
      <div className="acts">
        <Button
          onClick={() => {
            close()
            commands.takeTheirs(theirs)
          }}
        >
          Take theirs
        </Button>
        <Button
          onClick={() => {
            close()
            void commands.saveOver(theirs)
          }}
        >
          Save yours over it
        </Button>
        <Button kind="primary" onClick={() => onAsk({ kind: 'name', for: 'new' })}>
          Save as new view
        </Button>
      </div>
    </Dialog>
  )
}

function HistoryDialog({ page, commands, close }: Open) {
  const { saved, views } = page
  const query = useQuery({
    queryKey: ['view-versions', views.path, saved?.id, saved?.revision],
    queryFn: ({ signal }) => views.versions(saved?.id ?? '', signal),
    enabled: saved !== null,
  })
  return (
    <Dialog
      isOpen
      onClose={close}
      title={`History of ${saved?.name ?? 'the view'}`}
      description="Every time it was saved. Restoring puts a version on the page; nothing is saved by it."
      className="view-dialog"
    >
      {query.error && !query.data ? (
        <FailureMessage
          failure={failureOf(query.error, 'The history could not be read')}
          onRetry={() => void query.refetch()}
        />
      ) : (
        <Loading isLoading={query.isPending} skeleton={<p className="hint">Reading…</p>}>
          {() => (
            <ul className="view-history">
              {(query.data ?? []).map(version => (
                <li key={version.revision}>
                  <span className="b">Version {version.revision}</span>
                  <span className="t3 cut">
                    {version.user}, <Ago atS={version.time} />
                  </span>
                  <Button
                    small
                    onClick={() => {
                      close()
                      void commands.restore(version)
                    }}
                  >
                    Restore
                  </Button>
                </li>
              ))}
            </ul>
          )}
        </Loading>
      )}
    </Dialog>
  )
}

function AllDialog({ views, page, onOpen, close }: Open) {
  const [typed, setTyped] = useState('')
  const found = views.filter(view => matchesWords(`${view.name} ${view.owner}`, typed))
  return (
    <Dialog isOpen onClose={close} title="Saved views" className="view-dialog">
      <TextInput
        icon="search"
        aria-label="Find a view"
        placeholder="Find a view"
        value={typed}
        onChange={event => setTyped(event.target.value)}
      />
      {found.length === 0 && (
        <Message icon="search" title="No view is called so">
          <span>Names and owners are searched.</span>
        </Message>
      )}
      <ul className="view-history">
        {found.map(view => (
          <li key={view.id}>
            <span className="b cut">{view.name}</span>
            <span className="t3 cut">
              {view.sharing === 'shared' ? `shared by ${view.owner}` : 'personal'}, <Ago atS={view.updated_at} />
            </span>
            <Button
              small
              disabled={view.id === page.saved?.id}
              onClick={() => {
                close()
                onOpen(view.id)
              }}
            >
              Open
            </Button>
          </li>
        ))}
      </ul>
    </Dialog>
  )
}

function Ago({ atS }: { atS: number }) {
  return <AgoAt atS={atS} nowS={useNow(30_000)} />
}
