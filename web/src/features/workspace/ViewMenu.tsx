/** The saved view in the top bar: its name, whether it was edited, and everything that can be done with views. */

import { lazy, Suspense, useCallback, useState } from 'react'
import { useNavigate } from '@tanstack/react-router'
import { Button } from '../../ui/Button'
import { perform, useActions } from '../../ui/actions'
import { copyText } from '../../ui/clipboard'
import { Icon } from '../../ui/icons'
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../ui/Menu'
import { InTopBar } from '../../ui/pageSlot'
import { Banner } from '../../ui/states'
import { Tip } from '../../ui/Tip'
import type { SavedView } from '../../data/views'
import { UNTOUCHED } from './address'
import { useDesk } from './desk'
import { type Page, usePageState, useViews } from './usePage'
import { useViewCommands, type ViewAsk } from './useViewCommands'

const ViewDialogs = lazy(() => import('./ViewDialogs'))

/** So many views stand in the menu; the dialog of all views has the others. */
const LISTED_MAX = 12

export function ViewMenu({ page }: { page: Page }) {
  const { saved, store, views } = page
  const desk = useDesk()
  const navigate = useNavigate()
  const isEdited = usePageState(page, state => state.isEdited)
  const list = useViews(views)
  const [ask, setAsk] = useState<ViewAsk | null>(null)
  const commands = useViewCommands(page, desk, setAsk)
  const open = useCallback((id: string) => void navigate({ to: '.', search: { view: id } as never }), [navigate])
  const share = useCallback(async () => {
    await store.settled()
    await copyText(location.href, 'the link to what you see')
  }, [store])
  useActions(
    () => [
      {
        name: 'view.save',
        label: saved ? `Save view ${saved.name}` : 'Save view',
        group: 'Anywhere',
        icon: 'check',
        keys: 'mod+s',
        whileTyping: true,
        perform: () => void commands.save(),
      },
      {
        name: 'view.save-as',
        label: 'Save as a new view',
        group: 'Anywhere',
        icon: 'plus',
        keys: 'mod+shift+s',
        whileTyping: true,
        perform: () => setAsk({ kind: 'name', for: 'new' }),
      },
      {
        name: 'copy-link',
        label: 'Copy link to this view',
        group: 'Anywhere',
        icon: 'link',
        keys: 'mod+shift+l',
        words: 'share url address',
        perform: () => void share(),
      },
      {
        name: 'view.compare',
        label: 'Compare with the saved view',
        group: 'Anywhere',
        icon: 'compare',
        when: () => store.state.getState().isEdited,
        perform: () => setAsk({ kind: 'compare' }),
      },
      {
        name: 'view.revert',
        label: 'Revert to the saved view',
        group: 'Anywhere',
        icon: 'history',
        when: () => store.state.getState().isEdited,
        perform: commands.revert,
      },
      {
        name: 'view.reset',
        label: 'Reset to default',
        group: 'Anywhere',
        icon: 'refresh',
        words: 'view untouched clear',
        perform: commands.reset,
      },
    ],
    [saved, store, commands, share],
  )
  const others = (list.data ?? []).filter(view => view.id !== saved?.id)
  const name = saved?.name ?? 'Default view'
  return (
    <>
      <InTopBar>
        <Menu
          align="end"
          label="Saved views"
          className="view-menu"
          trigger={
            <button type="button" className="btn ghost view-name">
              <Icon name="layers" size={14} />
              <span className="cut desk-seen">{name}</span>
              {isEdited && <span className="tag">edited</span>}
              <Icon name="chev-d" size={12} />
            </button>
          }
        >
          <MenuLabel>{saved ? describe(saved) : 'Not saved as a view yet'}</MenuLabel>
          <MenuItem icon="check" keys="mod+s" why={whyNotSave(saved, isEdited)} onSelect={() => void commands.save()}>
            {saved ? 'Save' : 'Save as a view'}
          </MenuItem>
          {saved && (
            <MenuItem icon="plus" keys="mod+shift+s" onSelect={() => setAsk({ kind: 'name', for: 'new' })}>
              Save as a new view
            </MenuItem>
          )}
          <MenuItem icon="compare" why={isEdited ? undefined : 'no edits'} onSelect={() => setAsk({ kind: 'compare' })}>
            Compare with {saved ? 'the saved view' : 'the default'}
          </MenuItem>
          <MenuItem icon="history" why={isEdited ? undefined : 'no edits'} onSelect={commands.revert}>
            Revert
          </MenuItem>
          <MenuItem icon="refresh" onSelect={commands.reset}>
            Reset to default
          </MenuItem>
          <MenuItem icon="link" keys="mod+shift+l" onSelect={() => void share()}>
            Copy link
          </MenuItem>
          <MenuItem icon="file" onSelect={() => void perform('project.notes')}>
            Notes of the project
          </MenuItem>
          {saved && (
            <>
              <MenuSeparator />
              <MenuItem icon="edit" onSelect={() => setAsk({ kind: 'name', for: 'rename' })}>
                Rename
              </MenuItem>
              <MenuItem icon="copy" onSelect={() => void commands.copy()}>
                Duplicate
              </MenuItem>
              <MenuItem
                icon={saved.sharing === 'shared' ? 'user' : 'users'}
                onSelect={() => void commands.shareWith(saved.sharing === 'shared' ? 'personal' : 'shared')}
              >
                {saved.sharing === 'shared' ? 'Make personal' : 'Share with the project'}
              </MenuItem>
              <MenuItem icon="lock" onSelect={() => void commands.lock(!saved.is_locked)}>
                {saved.is_locked ? 'Unlock' : 'Lock'}
              </MenuItem>
              <MenuItem
                icon="star"
                why={saved.sharing === 'shared' ? undefined : 'share it first'}
                onSelect={() => void commands.makeDefault(!saved.is_default)}
              >
                {saved.is_default ? 'Not the project’s default any more' : 'Make it the project’s default'}
              </MenuItem>
              <MenuItem icon="history" onSelect={() => setAsk({ kind: 'history' })}>
                History
              </MenuItem>
              <MenuItem icon="trash" isDanger onSelect={() => void commands.remove()}>
                Delete view
              </MenuItem>
            </>
          )}
          {(others.length > 0 || saved) && (
            <>
              <MenuSeparator />
              <MenuLabel>Open</MenuLabel>
              {saved && (
                <MenuItem icon="workspace" onSelect={() => open(UNTOUCHED)}>
                  Untouched workspace
                </MenuItem>
              )}
              {others.slice(0, LISTED_MAX).map(view => (
                <MenuItem
                  key={view.id}
                  icon={view.sharing === 'shared' ? 'users' : 'user'}
                  onSelect={() => open(view.id)}
                >
                  <span className="cut">{view.name}</span>
                  <span className="why">{view.is_default ? 'default' : view.owner}</span>
                </MenuItem>
              ))}
              {others.length > LISTED_MAX && (
                <MenuItem icon="list" onSelect={() => setAsk({ kind: 'all' })}>
                  All {others.length + (saved ? 1 : 0)} views
                </MenuItem>
              )}
            </>
          )}
        </Menu>
        <span className="desk-only">
          <Tip text="Copy a link to what you see" keys="mod+shift+l">
            <Button icon="share" onClick={() => void share()}>
              Share
            </Button>
          </Tip>
        </span>
      </InTopBar>
      {(page.lostView !== null || page.lostLink) && (
        <div className="ws-banner">
          {page.lostView !== null && (
            <Banner
              tone="warn"
              icon="warn"
              isEdge
              action={
                <Button small onClick={() => open(UNTOUCHED)}>
                  Dismiss
                </Button>
              }
            >
              <b className="b">The view in this address is not here.</b> It was deleted, or it is somebody’s personal
              one. What else the address says is shown.
            </Banner>
          )}
          {page.lostLink && (
            <Banner tone="warn" icon="warn" isEdge>
              <b className="b">A part of this address could not be found.</b> The link may come from another server; the
              rest of it is shown.
            </Banner>
          )}
        </div>
      )}
      <Suspense fallback={null}>
        {ask && (
          <ViewDialogs
            ask={ask}
            page={page}
            desk={desk}
            commands={commands}
            views={list.data ?? []}
            onOpen={open}
            onAsk={setAsk}
          />
        )}
      </Suspense>
    </>
  )
}

function describe(view: SavedView): string {
  const whose = view.sharing === 'shared' ? `Shared, by ${view.owner}` : 'Personal'
  return [whose, view.is_default && 'project default', view.is_locked && 'locked'].filter(Boolean).join(', ')
}

function whyNotSave(view: SavedView | null, isEdited: boolean): string | undefined {
  if (!view) return undefined
  if (!view.may_edit) return view.is_locked ? 'locked' : `of ${view.owner}`
  return isEdited ? undefined : 'no edits'
}
