import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { formatCount } from '../../charts/number'
import { mentionsQuery } from '../../features/mentions/model'
import { signOut } from '../../features/signin/actions'
import { useMe } from '../../features/signin/model'
import { perform } from '../../ui/actions'
import { initials, plural } from '../../ui/format'
import type { IconName } from '../../ui/icons'
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '../../ui/Menu'
import { setTheme, type Theme, useTheme } from '../theme/theme'

const themes: readonly { value: Theme; label: string; icon: IconName }[] = [
  { value: 'system', label: 'Like the system', icon: 'chip' },
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
]

export function YouMenu() {
  const me = useMe()
  const theme = useTheme()
  const navigate = useNavigate()
  const unread = useQuery(mentionsQuery).data?.unread ?? 0
  const name = me.display_name || me.username
  return (
    <Menu
      align="end"
      label="You"
      className="min-w-56"
      trigger={
        <button
          type="button"
          className="iconlink"
          aria-label={`${initials(name)}, your menu${unread > 0 ? `, ${plural(unread, 'mention')}` : ''}`}
        >
          <span className="avatar a1">
            {initials(name)}
            {unread > 0 && <span className="unread-dot" />}
          </span>
        </button>
      }
    >
      <MenuLabel>
        <b className="b block">{name}</b>
        {name === me.username ? (me.is_admin ? 'Administrator' : 'Member') : me.username}
      </MenuLabel>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      <MenuChoice value={theme} options={themes} onChange={setTheme} />
      <MenuSeparator />
      <MenuItem icon="comment" keys="g m" onSelect={() => void perform('mentions')}>
        Mentions
        {unread > 0 && <span className="why">{formatCount(unread)}</span>}
      </MenuItem>
      <MenuItem icon="settings" keys="g ," onSelect={() => void navigate({ to: '/settings' })}>
        Settings
      </MenuItem>
      <MenuItem icon="keyboard" keys="?" onSelect={() => void perform('shortcuts')}>
        Keyboard shortcuts
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon="arrow" onSelect={() => void signOut()}>
        Sign out
      </MenuItem>
    </Menu>
  )
}
