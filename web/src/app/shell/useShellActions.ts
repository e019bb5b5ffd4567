/** What can be done on every page. */

import { useNavigate } from '@tanstack/react-router'
import { createStore, useStore } from 'zustand'
import { signOut } from '../../features/signin/actions'
import { type Action, useActions } from '../../ui/actions'
import { copyText } from '../../ui/clipboard'
import { switchTheme } from '../theme/theme'
import { usePlace } from './place'

type Overlay = 'palette' | 'shortcuts' | 'password' | 'mentions' | null

const overlayStore = createStore<{ overlay: Overlay }>(() => ({ overlay: null }))
export const useOverlay = (): Overlay => useStore(overlayStore, state => state.overlay)
export const showOverlay = (overlay: Overlay): void => overlayStore.setState({ overlay })

export function useShellActions(): void {
  const navigate = useNavigate()
  const { entity, project } = usePlace()
  useActions(() => {
    const actions: Action[] = [
      {
        name: 'palette',
        label: 'Command palette',
        group: 'Anywhere',
        keys: ['mod+k', 'mod+/'],
        whileTyping: true,
        overDialogs: true,
        isHidden: true,
        perform: () => showOverlay(overlayStore.getState().overlay === 'palette' ? null : 'palette'),
      },
      {
        name: 'shortcuts',
        label: 'Keyboard shortcuts',
        group: 'Anywhere',
        icon: 'keyboard',
        keys: '?',
        words: 'help keys',
        perform: () => showOverlay('shortcuts'),
      },
      {
        name: 'theme',
        label: 'Light or dark',
        group: 'Anywhere',
        icon: 'moon',
        keys: 'alt+m',
        words: 'theme mode colour',
        whileTyping: true,
        overDialogs: true,
        perform: switchTheme,
      },
      {
        name: 'copy-link',
        label: 'Copy link to this view',
        group: 'Anywhere',
        icon: 'link',
        keys: 'mod+shift+l',
        words: 'share url address',
        perform: () => void copyText(location.href, 'the link'),
      },
      {
        name: 'go.home',
        label: 'Home',
        group: 'Go to',
        icon: 'home',
        keys: 'g h',
        words: 'projects',
        perform: () => void navigate({ to: '/' }),
      },
      {
        name: 'go.settings',
        label: 'Settings',
        group: 'Go to',
        icon: 'settings',
        keys: 'g ,',
        words: 'api keys password account preferences about version',
        perform: () => void navigate({ to: '/settings' }),
      },
      {
        name: 'mentions',
        label: 'Mentions',
        group: 'Go to',
        icon: 'comment',
        keys: 'g m',
        words: 'named comments notes unread inbox',
        perform: () => showOverlay('mentions'),
      },
      {
        name: 'account.password',
        label: 'Set or change password',
        group: 'Anywhere',
        icon: 'lock',
        perform: () => showOverlay('password'),
      },
      {
        name: 'sign-out',
        label: 'Sign out',
        group: 'Anywhere',
        icon: 'arrow',
        words: 'log out leave',
        perform: () => void signOut(),
      },
    ]
    if (entity !== undefined && project !== undefined) {
      actions.push({
        name: 'go.runs',
        label: `Runs of ${project}`,
        group: 'Go to',
        icon: 'workspace',
        keys: 'g r',
        words: 'workspace charts',
        perform: () => void navigate({ to: '/$entity/$project', params: { entity, project } }),
      })
      actions.push({
        name: 'go.artifacts',
        label: `Artifacts of ${project}`,
        group: 'Go to',
        icon: 'layers',
        keys: 'g a',
        words: 'datasets models lineage versions',
        perform: () => void navigate({ to: '/$entity/$project/artifacts', params: { entity, project } }),
      })
      actions.push({
        name: 'go.storage',
        label: `Storage of ${entity}`,
        group: 'Go to',
        icon: 'gauge',
        words: 'space disk size delete tree-map',
        perform: () => void navigate({ to: '/$entity/$project/storage', params: { entity, project } }),
      })
    }
    return actions
  }, [navigate, entity, project])
}
