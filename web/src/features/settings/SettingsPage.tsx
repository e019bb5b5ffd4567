/** The reader's own account: password, API keys, the buckets of their teams, theme, and what this installation is. */

import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { perform } from '../../ui/actions'
import { Button } from '../../ui/Button'
import { CopyButton } from '../../ui/clipboard'
import { Segmented } from '../../ui/controls'
import type { IconName } from '../../ui/icons'
import { Kbd } from '../../ui/Kbd'
import { setTheme, type Theme, useTheme } from '../../app/theme/theme'
import { useTitle } from '../../ui/useTitle'
import { useMe } from '../signin/model'
import { BucketSection } from './BucketSection'
import { EmailDialog } from './EmailDialog'
import { KeysSection } from './KeysSection'
import { capabilitiesQuery } from './model'

export function SettingsPage() {
  useTitle('Settings')
  return (
    <div className="settings">
      <h1>Settings</h1>
      <AccountSection />
      <KeysSection />
      <BucketSections />
      <AppearanceSection />
      <AboutSection />
    </div>
  )
}

/** One for each team: its members may look, its admins change it. */
function BucketSections() {
  const { teams, is_admin: isAdmin } = useMe()
  return teams.map(({ team, role }) => <BucketSection key={team} team={team} canChange={isAdmin || role === 'admin'} />)
}

function AccountSection() {
  const me = useMe()
  return (
    <section className="panel" aria-labelledby="account">
      <div className="card-h">
        <h2 id="account">Account</h2>
      </div>
      <dl className="kv">
        <dt>Name</dt>
        <dd>{me.display_name || me.username}</dd>
        <dt>Sign-in name</dt>
        <dd>{me.username}</dd>
        <dt>Role</dt>
        <dd>{me.is_admin ? 'Administrator of this server' : 'Member'}</dd>
        {me.teams.length > 0 && (
          <>
            <dt>Teams</dt>
            <dd>{me.teams.map(({ team, role }) => `${team} (${role})`).join(', ')}</dd>
          </>
        )}
        <dt>New runs go to</dt>
        <dd>{me.default_entity}, unless the script names another</dd>
        <dt>Password</dt>
        <dd className="row">
          <span className="grow">
            {me.has_password ? 'Set' : 'None: you can only sign in with a link that the server prints'}
          </span>
          <Button small onClick={() => void perform('account.password')}>
            {me.has_password ? 'Change password' : 'Set password'}
          </Button>
        </dd>
        <dt>Mail</dt>
        <dd className="row">
          <MailAddress />
        </dd>
      </dl>
    </section>
  )
}

function MailAddress() {
  const { email } = useMe()
  const { data } = useQuery(capabilitiesQuery)
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <span className="grow">
        {email || 'No address'}
        {data && !data.mail && (
          <span className="hint block">This server sends no mail; its operator can set that up.</span>
        )}
      </span>
      <Button small onClick={() => setOpen(true)}>
        {email ? 'Change address' : 'Add address'}
      </Button>
      <EmailDialog isOpen={isOpen} onClose={() => setOpen(false)} />
    </>
  )
}

const themes: readonly { value: Theme; label: string; icon: IconName }[] = [
  { value: 'system', label: 'Like the system', icon: 'chip' },
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
]

function AppearanceSection() {
  const theme = useTheme()
  return (
    <section className="panel" aria-labelledby="appearance">
      <div className="card-h">
        <h2 id="appearance">Appearance</h2>
      </div>
      <div className="settings-row">
        <Segmented label="Theme" value={theme} options={themes} onChange={setTheme} />
        <span className="hint desk-only">
          <Kbd keys="alt+m" /> switches between light and dark, on every page.
        </span>
      </div>
    </section>
  )
}

function AboutSection() {
  const { server_version: version } = useMe()
  const { data } = useQuery(capabilitiesQuery)
  const facts = [
    `Assay ${version}`,
    data && `batch format ${data.batch_format}`,
    location.origin,
    navigator.userAgent,
  ].filter(Boolean)
  return (
    <section className="panel" aria-labelledby="about">
      <div className="card-h">
        <h2 id="about">About</h2>
        <CopyButton kind="ghost" small className="right" text={facts.join('\n')} label="Copy for a report" />
      </div>
      <dl className="kv">
        <dt>Version</dt>
        <dd>{version}</dd>
        {data && (
          <>
            <dt>Batch format</dt>
            <dd>{data.batch_format}</dd>
          </>
        )}
        <dt>Server</dt>
        <dd>{document.baseURI.replace(/\/$/, '')}</dd>
        <dt>License</dt>
        <dd>Apache-2.0. Fonts: Geist and Geist Mono, SIL Open Font License 1.1</dd>
      </dl>
    </section>
  )
}
