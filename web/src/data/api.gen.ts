// Written by `npm run codegen` from src/assay/server/api/rest/openapi.json. Do not edit.

export interface paths {
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ReadAudit
         * @description The audit log from a line on, oldest first. Admins of the server only.
         */
        get: operations["ApiV1AuditReadAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * CreateBackup
         * @description Make a backup on the server's machine, while it works. Admins of the server only; `assay server backup` uses it.
         */
        post: operations["ApiV1BackupsCreateBackup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/buckets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListBuckets
         * @description The buckets of all teams. Admins of the server only.
         */
        get: operations["ApiV1BucketsListBuckets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/capabilities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Capabilities
         * @description What this server can do, and its limits.
         */
        get: operations["ApiV1CapabilitiesCapabilities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/csp-report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * CspReport
         * @description A browser says that a page tried something the policy forbids. It sends the session's cookie along; without one nobody may
         *     write to the log.
         */
        post: operations["ApiV1CspReportCspReport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/faults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListFaults
         * @description An entity's faults, newest first, with how far each reaches and which artifacts are clean again.
         */
        get: operations["ApiV1EntitiesEntityFaultsListFaults"];
        put?: never;
        /**
         * MarkFault
         * @description Mark a version, a run, a commit or a package as bad, with everything that came of it. Aliases may be frozen.
         */
        post: operations["ApiV1EntitiesEntityFaultsMarkFault"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/faults/{fault_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetFault
         * @description One fault with everything that it reaches now.
         */
        get: operations["ApiV1EntitiesEntityFaultsFaultIdGetFault"];
        put?: never;
        post?: never;
        /**
         * TakeBackFault
         * @description Take a fault back: marks go, frozen aliases move again. Safe to repeat.
         */
        delete: operations["ApiV1EntitiesEntityFaultsFaultIdTakeBackFault"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/faults/reach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * PreviewFault
         * @description What a fault would reach, before it is marked.
         */
        post: operations["ApiV1EntitiesEntityFaultsReachPreviewFault"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/presets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListPresets
         * @description An entity's presets by name, without their specs.
         */
        get: operations["ApiV1EntitiesEntityPresetsListPresets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/presets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetPreset
         * @description One preset, whole. 410 for one that was deleted.
         */
        get: operations["ApiV1EntitiesEntityPresetsNameGetPreset"];
        /**
         * SavePreset
         * @description Make a preset, or save it over the revision that was read. 409 with who saved it since and when, if somebody did.
         */
        put: operations["ApiV1EntitiesEntityPresetsNameSavePreset"];
        post?: never;
        /**
         * DeletePreset
         * @description Delete a preset; a version of it can be brought back until the trash is emptied.
         */
        delete: operations["ApiV1EntitiesEntityPresetsNameDeletePreset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/presets/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListPresetVersions
         * @description Every save of a preset that is kept, also of a deleted one.
         */
        get: operations["ApiV1EntitiesEntityPresetsNameVersionsListPresetVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/presets/{name}/versions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetPresetVersion
         * @description A preset as one save left it, whole.
         */
        get: operations["ApiV1EntitiesEntityPresetsNameVersionsRevisionGetPresetVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/presets/{name}/versions/{revision}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * RestorePresetVersion
         * @description Save a preset as it was at a revision; a deleted one is there again.
         */
        post: operations["ApiV1EntitiesEntityPresetsNameVersionsRevisionRestoreRestorePresetVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/retention": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetRetention
         * @description How long an entity's versions are kept where neither they nor their artifact say.
         */
        get: operations["ApiV1EntitiesEntityRetentionGetRetention"];
        /**
         * SetRetention
         * @description Set an entity's rules, instead of those there were.
         */
        put: operations["ApiV1EntitiesEntityRetentionSetRetention"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/retention/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * RetentionReport
         * @description What would expire if it were done now, and what is kept although its time is over.
         */
        get: operations["ApiV1EntitiesEntityRetentionReportRetentionReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/space": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetSpace
         * @description What an entity's artifacts and run files take up, by project, type, artifact, run or age.
         */
        get: operations["ApiV1EntitiesEntitySpaceGetSpace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/space/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetSpaceVersions
         * @description Versions to look at when space is short: equal ones, unused ones, the largest.
         */
        get: operations["ApiV1EntitiesEntitySpaceVersionsGetSpaceVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/entities/{entity}/versions/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * DeleteVersions
         * @description Delete versions of an entity's projects, or say what that would do: what it frees, what is kept, who used them.
         */
        post: operations["ApiV1EntitiesEntityVersionsDeleteDeleteVersions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListKeys
         * @description The caller's keys, without their secrets.
         */
        get: operations["ApiV1KeysListKeys"];
        put?: never;
        /**
         * CreateKey
         * @description A new key; its secret is in this answer and nowhere else.
         */
        post: operations["ApiV1KeysCreateKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * RevokeKey
         * @description End a key, at once.
         */
        delete: operations["ApiV1KeysKeyIdRevokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Live
         * @description Hints that something changed in a project the caller sees (or in one: `project=entity/name`), as server-sent events.
         */
        get: operations["ApiV1LiveLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Me
         * @description Who is asking, and their teams.
         */
        get: operations["ApiV1MeMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * ChangeEmail
         * @description Set the address that the caller gets mail at; empty for none.
         */
        put: operations["ApiV1MeEmailChangeEmail"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/mentions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListMentions
         * @description Where the caller was named, newest first, and how many of these are unread.
         */
        get: operations["ApiV1MeMentionsListMentions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/mentions/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * ReadMentions
         * @description These have been read. Answers what there is then.
         */
        post: operations["ApiV1MeMentionsReadReadMentions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * ChangePassword
         * @description Set a password. Every session of the account ends; the answer sets a new one.
         */
        put: operations["ApiV1MePasswordChangePassword"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListProjects
         * @description Projects the caller can see, newest activity first.
         */
        get: operations["ApiV1ProjectsListProjects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetProject
         * @description One project.
         */
        get: operations["ApiV1ProjectsEntityGetProject"];
        put?: never;
        post?: never;
        /**
         * DeleteProject
         * @description Delete a project with all its runs, for good.
         */
        delete: operations["ApiV1ProjectsEntityDeleteProject"];
        options?: never;
        head?: never;
        /**
         * EditProject
         * @description Change a project's description. 409 with who wrote it since and when, if it is not the one that was read.
         */
        patch: operations["ApiV1ProjectsEntityEditProject"];
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListAlerts
         * @description Alerts of the project's runs, or of one, newest first.
         */
        get: operations["ApiV1ProjectsEntityAlertsListAlerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifact-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListArtifactTypes
         * @description Types of artifacts that the project has, with counts and sizes.
         */
        get: operations["ApiV1ProjectsEntityArtifactTypesListArtifactTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListArtifacts
         * @description The project's artifacts by name, each with its latest version.
         */
        get: operations["ApiV1ProjectsEntityArtifactsListArtifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetArtifact
         * @description One artifact with its latest version.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameGetArtifact"];
        put?: never;
        post?: never;
        /**
         * DeleteArtifact
         * @description Delete an artifact with all its versions, or say what that would free. Versions can be restored for a time.
         */
        delete: operations["ApiV1ProjectsEntityArtifactsNameDeleteArtifact"];
        options?: never;
        head?: never;
        /**
         * EditArtifact
         * @description Change an artifact's name, description, tags or lifetime.
         */
        patch: operations["ApiV1ProjectsEntityArtifactsNameEditArtifact"];
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/aliases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * AliasHistory
         * @description How an artifact's aliases moved, newest first.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameAliasesAliasHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListVersions
         * @description Versions of an artifact, newest first; with `deleted` also those that were deleted.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsListVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetVersion
         * @description A version by number (`v3`), alias or digest; or what stands for a span of time (`2017..2019`).
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefGetVersion"];
        put?: never;
        post?: never;
        /**
         * DeleteVersion
         * @description Delete a version, or say what that would free. It can be restored for a time.
         */
        delete: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefDeleteVersion"];
        options?: never;
        head?: never;
        /**
         * EditVersion
         * @description Change what is said of a version: aliases, tags, description, metadata, lifetime, span of time.
         */
        patch: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefEditVersion"];
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * CompareVersions
         * @description What changed from another version (`?with=v1`, an alias, or `project/name:v1`) to this one: files and metadata.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefCompareCompareVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/compare/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * CompareMetrics
         * @description Numbers of another version (`?with=v1`) and of this one beside each other: of the runs that made them, and of their
         *     metadata.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefCompareMetricsCompareMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/compare/table": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * CompareTables
         * @description Which rows of one table differ from another version (`?with=v1&path=train.csv`), told apart by `key` (repeatable; found
         *     where it is not given), of one kind of `change` or of all.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefCompareTableCompareTables"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/contents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * AddressContents
         * @description Where to read contents of a version, for a limited time.
         */
        post: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefContentsAddressContents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListEntries
         * @description One folder of a version, or the files below it whose path contains a text.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefEntriesListEntries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/faults": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListVersionFaults
         * @description The faults that reach a version, whoever marked them; which of its aliases they freeze, and what was accepted.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefFaultsListVersionFaults"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/faults/acceptance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * AcceptVersionFaults
         * @description Accept what reaches a version of one's own now, for a reason: its aliases are free again. Safe to repeat.
         */
        put: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefFaultsAcceptanceAcceptVersionFaults"];
        post?: never;
        /**
         * WithdrawVersionAcceptance
         * @description Accept nothing of what reaches a version any more. Safe to repeat.
         */
        delete: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefFaultsAcceptanceWithdrawVersionAcceptance"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetEntry
         * @description A file of a version, whole or one range of it. Pictures, films and sounds are shown, all else is a download.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefFileGetEntry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/files.zip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ZipVersion
         * @description A version's files as one zip file, or those below a folder. References are listed in a text file in it.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefFilesZipZipVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/leakage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * FindLeakage
         * @description Rows of a version's tables that stand in a training set too (`?training=name:v1`), columns to ignore left out.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefLeakageFindLeakage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/lineage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetLineage
         * @description What a version came from and what came of it, as a graph to draw: at most 300 nodes, the rest stands in groups. Five and
         *     more that are equal stand in one, unless `each` is asked for.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefLineageGetLineage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/manifest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetManifest
         * @description What a version contains, whole, as msgpack.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefManifestGetManifest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/packed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * GetPacked
         * @description Small contents of a version in one stream, framed as a body of packed contents is.
         */
        post: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefPackedGetPacked"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * PreviewEntry
         * @description What is in a file of a version: text, rows, tensors, cells, bounded; and the address to read all of it from.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefPreviewPreviewEntry"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/reach": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetReach
         * @description Versions, runs and aliases below a version, or above it, as lists; of one type, or so many steps away.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefReachGetReach"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * RestoreVersion
         * @description Bring a deleted version back, by its number.
         */
        post: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefRestoreRestoreVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/{name}/versions/{ref}/used-by": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListUsers
         * @description Runs that took a version in, newest first.
         */
        get: operations["ApiV1ProjectsEntityArtifactsNameVersionsRefUsedByListUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/drafts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * OpenDraft
         * @description Open a draft of a new version: add entries, send what is missing, commit. Writers that share an id share the draft.
         */
        post: operations["ApiV1ProjectsEntityArtifactsDraftsOpenDraft"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/drafts/{draft_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * DiscardDraft
         * @description Forget a draft. What was committed stays.
         */
        delete: operations["ApiV1ProjectsEntityArtifactsDraftsDraftIdDiscardDraft"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/drafts/{draft_id}/commit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * CommitDraft
         * @description Make a draft a version, or answer with the version that has the same content. Safe to repeat.
         */
        post: operations["ApiV1ProjectsEntityArtifactsDraftsDraftIdCommitCommitDraft"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/drafts/{draft_id}/contents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * PutContents
         * @description Send many small contents in one body: for each a header's length (four bytes, least first), the header as msgpack
         *     [digest, size], the bytes. All of them are kept, or none.
         */
        post: operations["ApiV1ProjectsEntityArtifactsDraftsDraftIdContentsPutContents"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/artifacts/drafts/{draft_id}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * AddEntries
         * @description Add entries to a draft. The answer says which contents are not here yet and where to put each.
         */
        post: operations["ApiV1ProjectsEntityArtifactsDraftsDraftIdEntriesAddEntries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/checkpoints/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * QueryCheckpoints
         * @description Versions that some runs made at a step: the marks on their curves.
         */
        post: operations["ApiV1ProjectsEntityCheckpointsQueryQueryCheckpoints"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/columns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListColumns
         * @description Keys that runs of the project have: what can be shown, filtered and sorted by. With `run`, and a section `metric` or
         *     `system`: the keys that one run has.
         */
        get: operations["ApiV1ProjectsEntityColumnsListColumns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/columns/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * QueryColumns
         * @description Keys that the runs of a set have, with how many values differ and what they look like.
         */
        post: operations["ApiV1ProjectsEntityColumnsQueryQueryColumns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListComments
         * @description The comments on one thing, oldest first.
         */
        get: operations["ApiV1ProjectsEntityCommentsListComments"];
        put?: never;
        /**
         * AddComment
         * @description Say something about a thing of the project, as a marked region of a chart.
         */
        post: operations["ApiV1ProjectsEntityCommentsAddComment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/comments/{comment_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * DeleteComment
         * @description Delete a comment, for good: one's own, or any as an admin of the entity.
         */
        delete: operations["ApiV1ProjectsEntityCommentsCommentIdDeleteComment"];
        options?: never;
        head?: never;
        /**
         * EditComment
         * @description Change what one has said.
         */
        patch: operations["ApiV1ProjectsEntityCommentsCommentIdEditComment"];
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/comments/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * CountComments
         * @description How many comments each of some things has.
         */
        post: operations["ApiV1ProjectsEntityCommentsCountCountComments"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/definitions/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * QueryDefinitions
         * @description What the definitions of some runs, or of all, say together of each of their metrics.
         */
        post: operations["ApiV1ProjectsEntityDefinitionsQueryQueryDefinitions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/histograms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * ReadHistograms
         * @description Histograms of several runs over their steps, merged into one or run by run, as an Arrow stream.
         */
        post: operations["ApiV1ProjectsEntityHistogramsReadHistograms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/importance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Explain
         * @description How much each parameter explains a metric of the runs that match, by a random forest, with correlations.
         */
        post: operations["ApiV1ProjectsEntityImportanceExplain"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/inputs/compare": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * CompareInputs
         * @description Whether runs took in the same data, role by role, by the digests of what they took in.
         */
        post: operations["ApiV1ProjectsEntityInputsCompareCompareInputs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/media/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * QueryMedia
         * @description What runs have logged as images, video, audio, text, scenes and charts, step by step, with addresses of the contents.
         */
        post: operations["ApiV1ProjectsEntityMediaQueryQueryMedia"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/notes-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ProjectNotesHistory
         * @description What a project's description said, newest first; empty if it was never changed.
         */
        get: operations["ApiV1ProjectsEntityNotesHistoryProjectNotesHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListPeople
         * @description Who may read the project: whom its notes and comments can name as `@name`.
         */
        get: operations["ApiV1ProjectsEntityPeopleListPeople"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetRun
         * @description One run with its config, summary and environment.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdGetRun"];
        /**
         * StartRun
         * @description Start a run, join it, or resume it. The project is made with its first run. Safe to repeat.
         */
        put: operations["ApiV1ProjectsEntityRunsRunIdStartRun"];
        post?: never;
        /**
         * DeleteRun
         * @description Move a run to the trash.
         */
        delete: operations["ApiV1ProjectsEntityRunsRunIdDeleteRun"];
        options?: never;
        head?: never;
        /**
         * EditRun
         * @description Change a run's name, notes, tags, group, job type, config or summary. 409 if the name or notes that were read are others by
         *     now.
         */
        patch: operations["ApiV1ProjectsEntityRunsRunIdEditRun"];
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * RunArtifacts
         * @description What a run took in and what it made.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdArtifactsRunArtifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * AppendBatch
         * @description Append a batch; everything up to the answer's sequence is on disk. An empty body is a sign of life of `writer`.
         */
        post: operations["ApiV1ProjectsEntityRunsRunIdBatchesAppendBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/config-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ConfigHistory
         * @description What changed in a run's config after it started, oldest first.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdConfigHistoryConfigHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/console": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ReadConsole
         * @description Console lines from place `first` on; a negative `first` counts from the end. With labels, levels, streams or
         *     `only_matches` the places are among the lines that pass; lines carry where `pattern` matches.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdConsoleReadConsole"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/console/at": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ConsoleAt
         * @description The first line at or after a time (seconds since the epoch), or the line of a number, and its place among those shown.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdConsoleAtConsoleAt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/console/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * DownloadConsole
         * @description The console as text, without colours: all of it, or the lines that pass. `times`: each begins with its time in UTC.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdConsoleDownloadDownloadConsole"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/console/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * SearchConsole
         * @description Lines that hold a text or a regular expression (RE2), looked for on the server, in bounded time an answer.
         */
        post: operations["ApiV1ProjectsEntityRunsRunIdConsoleSearchSearchConsole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/console/strip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ConsoleStrip
         * @description Lines, matches, warnings and errors over time; the labels there are, and how many lines each has.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdConsoleStripConsoleStrip"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListFiles
         * @description A run's files by path, each with an address to read it from.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdFilesListFiles"];
        put?: never;
        /**
         * DraftFiles
         * @description Announce files: the answer says which contents are missing and where to put them. Then commit.
         */
        post: operations["ApiV1ProjectsEntityRunsRunIdFilesDraftFiles"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/files.zip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ZipFiles
         * @description A run's files as one zip file, or those below a folder.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdFilesZipZipFiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/files/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * PreviewFile
         * @description What is in a file of a run: text, rows, tensors, cells, bounded; and the address to read all of it from.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdFilesPreviewPreviewFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/histograms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * ReadRunHistograms
         * @description A run's histograms over its steps, as an Arrow stream.
         */
        post: operations["ApiV1ProjectsEntityRunsRunIdHistogramsReadRunHistograms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * ReadHistory
         * @description A run's rows in order of step, as an Arrow stream (or one page as msgpack, when asked for).
         */
        post: operations["ApiV1ProjectsEntityRunsRunIdHistoryReadHistory"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/inputs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * UseArtifact
         * @description Say that a run took a version in, also for a run that ended.
         */
        post: operations["ApiV1ProjectsEntityRunsRunIdInputsUseArtifact"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/notes-history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * NotesHistory
         * @description What a run's note said, newest first; empty if it was never changed.
         */
        get: operations["ApiV1ProjectsEntityRunsRunIdNotesHistoryNotesHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/outputs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * AddOutput
         * @description Say that a run made a version that exists, also for a run that ended.
         */
        post: operations["ApiV1ProjectsEntityRunsRunIdOutputsAddOutput"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * RestoreRun
         * @description Bring a run back from the trash.
         */
        post: operations["ApiV1ProjectsEntityRunsRunIdRestoreRestoreRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/rewind": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * RewindRun
         * @description Cut a run's history back to a step.
         */
        post: operations["ApiV1ProjectsEntityRunsRunIdRewindRewindRun"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/{run_id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * StopRun
         * @description Ask a run to stop. It learns so with its next flush after five seconds, in which the stop can be taken back.
         */
        post: operations["ApiV1ProjectsEntityRunsRunIdStopStopRun"];
        /**
         * UndoStop
         * @description Take a stop back, within five seconds of asking for it.
         */
        delete: operations["ApiV1ProjectsEntityRunsRunIdStopUndoStop"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * CopyRuns
         * @description Copy runs that have ended to another project, with all they have; answers as a move does.
         */
        post: operations["ApiV1ProjectsEntityRunsCopyCopyRuns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * DeleteRuns
         * @description Move runs to the trash.
         */
        post: operations["ApiV1ProjectsEntityRunsDeleteDeleteRuns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/edit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * EditRuns
         * @description Add and remove tags, move runs to a group, change their job type or notes. `POST …/runs/undo` takes it back.
         */
        post: operations["ApiV1ProjectsEntityRunsEditEditRuns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * ExportRuns
         * @description All runs that match, with the columns asked for, as one file: `format` csv, json or parquet.
         */
        post: operations["ApiV1ProjectsEntityRunsExportExportRuns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * MoveRuns
         * @description Move runs that have ended to another project, with all they have; their old addresses lead to them. What there was no time
         *     for is `remaining`: send it again, with `undo`.
         */
        post: operations["ApiV1ProjectsEntityRunsMoveMoveRuns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/purge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * PurgeRuns
         * @description Forget runs that are in the trash, with all they logged, for good; a filter looks at the runs in it.
         */
        post: operations["ApiV1ProjectsEntityRunsPurgePurgeRuns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/purge/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * PreviewPurge
         * @description What a purge would forget and what would hang in the air; changes nothing.
         */
        post: operations["ApiV1ProjectsEntityRunsPurgePreviewPreviewPurge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * QueryRuns
         * @description Runs that match, sorted, in pages; or groups of them.
         */
        post: operations["ApiV1ProjectsEntityRunsQueryQueryRuns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * RestoreRuns
         * @description Bring runs back from the trash; a filter looks at the runs in it.
         */
        post: operations["ApiV1ProjectsEntityRunsRestoreRestoreRuns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * StopRuns
         * @description Ask live runs to stop. Each learns so with its next flush.
         */
        post: operations["ApiV1ProjectsEntityRunsStopStopRuns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * UndoEdit
         * @description Take a change of many runs back. What was changed again since keeps its newer value, and `refused` names it, with runs that
         *     went elsewhere.
         */
        post: operations["ApiV1ProjectsEntityRunsUndoUndoEdit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/runs/values": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * ReadValues
         * @description Values of many runs as one Arrow table: id, name, ordinal, state, then a column per key.
         */
        post: operations["ApiV1ProjectsEntityRunsValuesReadValues"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/series/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * QueryGroups
         * @description Groups of runs as one line each: a middle, a band and the count of runs, as an Arrow stream, a batch per group and key.
         */
        post: operations["ApiV1ProjectsEntitySeriesGroupsQueryGroups"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/series/nonfinite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * FindNonFinite
         * @description Where each series first is NaN or infinite; series that never are do not come.
         */
        post: operations["ApiV1ProjectsEntitySeriesNonfiniteFindNonFinite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/series/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * QuerySeries
         * @description Exact buckets of many series, as an Arrow stream with one record batch per series (or as msgpack, when asked for).
         */
        post: operations["ApiV1ProjectsEntitySeriesQueryQuerySeries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/tags": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListTags
         * @description Tags in use whose name contains `search`, with how many runs have them, the most used first.
         */
        get: operations["ApiV1ProjectsEntityTagsListTags"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/turns/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * QueryTurns
         * @description Where some runs were resumed or rewound: the marks on their curves.
         */
        post: operations["ApiV1ProjectsEntityTurnsQueryQueryTurns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/view-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * CreateViewLink
         * @description A short, lasting name for a page's state that was not saved. The same content has the same name.
         */
        post: operations["ApiV1ProjectsEntityViewLinksCreateViewLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/view-links/{link_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetViewLink
         * @description The page's state behind a link.
         */
        get: operations["ApiV1ProjectsEntityViewLinksLinkIdGetViewLink"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListViews
         * @description Views that the caller can open, of one page (`workspace`, `run`) or of all, without their specs.
         */
        get: operations["ApiV1ProjectsEntityViewsListViews"];
        put?: never;
        /**
         * CreateView
         * @description Save a new view, for oneself or for everybody in the project.
         */
        post: operations["ApiV1ProjectsEntityViewsCreateView"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/views/{view_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetView
         * @description One view, whole.
         */
        get: operations["ApiV1ProjectsEntityViewsViewIdGetView"];
        /**
         * SaveView
         * @description Save a view over the revision that was read. 409 with who saved it since and when, if somebody did.
         */
        put: operations["ApiV1ProjectsEntityViewsViewIdSaveView"];
        post?: never;
        /**
         * DeleteView
         * @description Delete a view; it can be restored until the trash is emptied.
         */
        delete: operations["ApiV1ProjectsEntityViewsViewIdDeleteView"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/views/{view_id}/copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * CopyView
         * @description A copy of a view, owned by the caller.
         */
        post: operations["ApiV1ProjectsEntityViewsViewIdCopyCopyView"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/views/{view_id}/default": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * SetDefaultView
         * @description Let the page open with this shared view; or no more.
         */
        post: operations["ApiV1ProjectsEntityViewsViewIdDefaultSetDefaultView"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/views/{view_id}/lock": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * LockView
         * @description Lock a view, so that only its owner and admins save it; or unlock it.
         */
        post: operations["ApiV1ProjectsEntityViewsViewIdLockLockView"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/views/{view_id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * RestoreView
         * @description Bring a deleted view back.
         */
        post: operations["ApiV1ProjectsEntityViewsViewIdRestoreRestoreView"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/views/{view_id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * ListViewVersions
         * @description What saves left, newest first: the last hundred.
         */
        get: operations["ApiV1ProjectsEntityViewsViewIdVersionsListViewVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/views/{view_id}/versions/{revision}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetViewVersion
         * @description The view as one save left it.
         */
        get: operations["ApiV1ProjectsEntityViewsViewIdVersionsRevisionGetViewVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/projects/{entity}/{project}/views/{view_id}/versions/{revision}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * RestoreViewVersion
         * @description Save the view as it was after a save; the newest one stays among its versions.
         */
        post: operations["ApiV1ProjectsEntityViewsViewIdVersionsRevisionRestoreRestoreViewVersion"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * SignIn
         * @description Sign in with a name and a password; the answer sets the session's cookie.
         */
        post: operations["ApiV1SessionSignIn"];
        /**
         * SignOut
         * @description End this session.
         */
        delete: operations["ApiV1SessionSignOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * SignInByLink
         * @description Sign in with the token of a one-time link.
         */
        post: operations["ApiV1SessionLinkSignInByLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{team}/bucket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetBucket
         * @description The team's bucket and those it had, with how they were found last; no keys.
         */
        get: operations["ApiV1TeamsBucketGetBucket"];
        /**
         * SetBucket
         * @description Send new contents of the team to this bucket. It is tried first: one that cannot be written, read and emptied with these
         *     keys is not taken. What is elsewhere stays there.
         */
        put: operations["ApiV1TeamsBucketSetBucket"];
        post?: never;
        /**
         * UnsetBucket
         * @description Send new contents of the team to the server's own place again. What is in the bucket stays there.
         */
        delete: operations["ApiV1TeamsBucketUnsetBucket"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{team}/bucket/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * CheckBucket
         * @description Try what is needed of the team's bucket, or of the one with this id that it had: reach, write, read, delete, sign.
         */
        post: operations["ApiV1TeamsBucketCheckCheckBucket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/teams/{team}/bucket/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * RotateBucketKeys
         * @description Give the team's bucket, or the one with this id that it had, other keys. They are tried first; wrong ones are not taken.
         */
        put: operations["ApiV1TeamsBucketKeysRotateBucketKeys"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/blobs/{ticket}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * GetBlob
         * @description Content by a signed address, whole or one range of it. Pictures, films and sounds (by their first bytes) are shown, all
         *     else is a download, never a page. With `w` a picture comes as WebP, at most about so many pixels wide; with `page` a logged
         *     HTML page comes as one, for a frame, with an origin of its own.
         */
        get: operations["BlobsTicketGetBlob"];
        /**
         * PutBlob
         * @description Upload content by a signed address. It must be exactly what was announced.
         */
        put: operations["BlobsTicketPutBlob"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Healthz
         * @description The process answers.
         */
        get: operations["HealthzHealthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Readyz
         * @description The stores answer: requests can be served.
         */
        get: operations["ReadyzReadyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** AcceptRequest */
        AcceptRequest: {
            reason: string;
        };
        /** Alert */
        Alert: {
            id: number;
            level: string;
            run: string;
            step: number;
            text: string;
            time: number;
            title: string;
        };
        /** AlertPage */
        AlertPage: {
            alerts: components["schemas"]["Alert"][];
        };
        /** AliasMove */
        AliasMove: {
            alias: string;
            at: number;
            by: string;
            from_version: string;
            to_version: string;
        };
        /** AliasMoves */
        AliasMoves: {
            moves: components["schemas"]["AliasMove"][];
        };
        /** AllBuckets */
        AllBuckets: {
            teams: components["schemas"]["TeamBuckets"][];
        };
        /** ArtifactCollection */
        ArtifactCollection: {
            created_at: number;
            /** @default  */
            description?: string;
            entity: string;
            latest?: components["schemas"]["ArtifactVersion"] | null;
            name: string;
            project: string;
            size: number;
            tags?: string[];
            ttl_s?: number | null;
            type: string;
            updated_at: number;
            version_count: number;
        };
        /** ArtifactType */
        ArtifactType: {
            collection_count: number;
            size: number;
            type: string;
            version_count: number;
        };
        /** ArtifactTypes */
        ArtifactTypes: {
            types: components["schemas"]["ArtifactType"][];
        };
        /** ArtifactVersion */
        ArtifactVersion: {
            aliases?: string[];
            created_at: number;
            created_by?: components["schemas"]["RunRef"] | null;
            /** @default  */
            description?: string;
            digest: string;
            entity: string;
            /** @default 0 */
            expires_at?: number;
            /** @default  */
            fault?: string;
            file_count: number;
            /** @default  */
            frozen?: string;
            frozen_aliases?: string[];
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            new_size: number;
            number: number;
            path: string;
            project: string;
            /** @default  */
            role?: string;
            size: number;
            span?: components["schemas"]["TimeSpan"] | null;
            /**
             * @default committed
             * @enum {string}
             */
            state?: "committed" | "expired" | "deleted";
            /** @default -1 */
            step?: number;
            tags?: string[];
            ttl_s?: number | null;
            type: string;
            /** @default 0 */
            updated_at?: number;
            /** @default 0 */
            used_by_count?: number;
            version: string;
        };
        /** AuditLine */
        AuditLine: {
            action: string;
            actor: string;
            address: string;
            data: {
                [key: string]: unknown;
            };
            hash: string;
            previous_hash: string;
            request_id: string;
            sequence: number;
            subject: string;
            timestamp: number;
            via: string;
        };
        /** AuditPage */
        AuditPage: {
            lines: components["schemas"]["AuditLine"][];
            next: number;
        };
        /** BackupMade */
        BackupMade: {
            folder: string;
        };
        /**
         * BatchAck
         * @description Everything of the writer up to `acked_seq` is on the server's disk. `ack` is always "assay", so a captive page
         *         that answers 200 is never taken for an acknowledgement. `pace_s`: the writer is asked to gather its records for so many
         *         seconds before it sends again; 0: as it likes.
         */
        BatchAck: {
            ack: string;
            acked_seq: number;
            /** @default  */
            name?: string;
            /** @default 0 */
            pace_s?: number;
            /** @default false */
            preempt?: boolean;
            /** @default false */
            stop?: boolean;
        };
        /** Bucket */
        Bucket: {
            address: string;
            created_at: number;
            created_by: string;
            ended_at: number;
            endpoint: string;
            id: number;
            is_current: boolean;
            is_direct: boolean;
            reason: string;
            region: string;
            rotated_at: number;
            rotated_by: string;
            since: number;
            /** @enum {string} */
            state: "open" | "refused" | "unreachable" | "locked" | "unknown";
            stored: number;
        };
        /** BucketCheck */
        BucketCheck: {
            is_fine: boolean;
            steps: components["schemas"]["BucketStep"][];
        };
        /** BucketKeys */
        BucketKeys: {
            keys: {
                [key: string]: string;
            };
        };
        /** BucketStep */
        BucketStep: {
            is_fine: boolean;
            text: string;
            /** @enum {string} */
            what: "reach" | "write" | "read" | "delete" | "sign";
        };
        /** BucketWanted */
        BucketWanted: {
            address: string;
            /** @default  */
            endpoint?: string;
            /** @default true */
            is_direct?: boolean;
            keys: {
                [key: string]: string;
            };
            /** @default  */
            region?: string;
        };
        /** Capabilities */
        Capabilities: {
            batch_format: number;
            /**
             * @default allow
             * @enum {string}
             */
            code_saving?: "allow" | "force" | "forbid";
            limits: {
                [key: string]: number;
            };
            /** @default false */
            mail?: boolean;
            server_version: string;
            signed_blobs: boolean;
        };
        /** CellOutput */
        CellOutput: {
            /** @default  */
            data?: string;
            /** @enum {string} */
            kind: "text" | "error" | "image" | "omitted";
            /** @default  */
            media_type?: string;
            /** @default  */
            text?: string;
        };
        /** ChangedEntry */
        ChangedEntry: {
            /** @enum {string} */
            change: "added" | "removed" | "changed";
            path: string;
            size_after: number;
            size_before: number;
        };
        /** Checkpoint */
        Checkpoint: {
            aliases: string[];
            at: number;
            path: string;
            run: string;
            step: number;
            type: string;
        };
        /** CheckpointPage */
        CheckpointPage: {
            checkpoints: components["schemas"]["Checkpoint"][];
            /** @default false */
            is_cut?: boolean;
        };
        /** CheckpointQuery */
        CheckpointQuery: {
            runs?: string[];
        };
        /** CollectionEdit */
        CollectionEdit: {
            add_tags?: string[];
            description?: string | null;
            name?: string | null;
            remove_tags?: string[];
            ttl_s?: number | null;
        };
        /** CollectionPage */
        CollectionPage: {
            collections: components["schemas"]["ArtifactCollection"][];
            next: string;
            total: number;
        };
        /** Column */
        Column: {
            is_distinct: boolean;
            key: string;
            kinds: string[];
            run_count: number;
            section: string;
        };
        /** ColumnDetail */
        ColumnDetail: {
            distinct_count: number;
            high?: number | null;
            histogram?: number[];
            key: string;
            kinds: string[];
            low?: number | null;
            run_count: number;
            section: string;
            top?: components["schemas"]["ValueCount"][];
        };
        /** ColumnDetailPage */
        ColumnDetailPage: {
            columns: components["schemas"]["ColumnDetail"][];
            /** @default  */
            next?: string;
            run_count: number;
            total: number;
        };
        /** ColumnPage */
        ColumnPage: {
            columns: components["schemas"]["Column"][];
            /** @default  */
            next?: string;
            total: number;
        };
        /** ColumnQuery */
        ColumnQuery: {
            /** @default  */
            cursor?: string;
            derived?: components["schemas"]["DerivedColumn"][];
            /** @default  */
            filter?: string | {
                [key: string]: unknown;
            };
            hide?: string[];
            ids?: string[] | null;
            /** @default false */
            is_regex?: boolean;
            /** @default 50 */
            limit?: number;
            /** @default  */
            match?: string;
            /** @default false */
            only_distinct?: boolean;
            /** @default false */
            only_mine?: boolean;
            /** @default false */
            only_names?: boolean;
            /** @default  */
            search?: string;
            /** @default  */
            section?: string;
            sort?: components["schemas"]["SortKey"][];
            /** @default false */
            trash?: boolean;
        };
        /** Comment */
        Comment: {
            can_delete: boolean;
            can_edit: boolean;
            created_at: number;
            edited_at: number;
            id: number;
            text: string;
            user: string;
        };
        /** CommentCountQuery */
        CommentCountQuery: {
            /** @constant */
            kind: "region";
            subjects: string[];
        };
        /** CommentCounts */
        CommentCounts: {
            counts: {
                [key: string]: number;
            };
        };
        /** CommentDraft */
        CommentDraft: {
            /** @constant */
            kind: "region";
            place?: components["schemas"]["Place"] | null;
            subject: string;
            text: string;
        };
        /** CommentEdit */
        CommentEdit: {
            place?: components["schemas"]["Place"] | null;
            text: string;
        };
        /** CommentPage */
        CommentPage: {
            can_write: boolean;
            comments: components["schemas"]["Comment"][];
        };
        /** CommitRequest */
        CommitRequest: {
            /** @default  */
            digest?: string;
        };
        /** ConfigChange */
        ConfigChange: {
            path: string;
            time: number;
            user: string;
            value: unknown;
        };
        /** ConsoleBucket */
        ConsoleBucket: {
            errors: number;
            first: number;
            from_time: number;
            lines: number;
            matches: number;
            to_time: number;
            warnings: number;
        };
        /** ConsoleLabel */
        ConsoleLabel: {
            label: string;
            lines: number;
        };
        /** ConsoleLine */
        ConsoleLine: {
            label: string;
            /** @default  */
            level?: string;
            number: number;
            spans?: [
                number,
                number
            ][];
            stream: string;
            text: string;
            time: number;
        };
        /** ConsoleMatch */
        ConsoleMatch: {
            number: number;
            position: number;
            spans: [
                number,
                number
            ][];
        };
        /** ConsoleMatches */
        ConsoleMatches: {
            is_complete: boolean;
            line_count: number;
            matches: components["schemas"]["ConsoleMatch"][];
            next: number | null;
            scanned: number;
            took_ms: number;
            total: number;
        };
        /** ConsolePage */
        ConsolePage: {
            /** @default true */
            is_complete?: boolean;
            /** @default 0 */
            line_count?: number;
            lines: components["schemas"]["ConsoleLine"][];
            tails?: components["schemas"]["ConsoleTail"][];
            total: number;
        };
        /** ConsolePlace */
        ConsolePlace: {
            number: number;
            position: number;
            time: number;
        };
        /** ConsoleSearch */
        ConsoleSearch: {
            /**
             * @default forward
             * @enum {string}
             */
            direction?: "forward" | "backward";
            first?: number | null;
            /** @default false */
            ignore_case?: boolean;
            /** @default true */
            is_regex?: boolean;
            labels?: string[];
            levels?: ("" | "info" | "warn" | "error")[];
            /** @default 100 */
            limit?: number;
            pattern: string;
            streams?: ("stdout" | "stderr")[];
        };
        /** ConsoleStrip */
        ConsoleStrip: {
            buckets: components["schemas"]["ConsoleBucket"][];
            errors: number;
            infos: number;
            is_complete: boolean;
            labels: components["schemas"]["ConsoleLabel"][];
            line_count: number;
            matches: number;
            scanned: number;
            warnings: number;
        };
        /** ConsoleTail */
        ConsoleTail: {
            label: string;
            lines: string[];
            stream: string;
            time: number;
        };
        /** ContentAddress */
        ContentAddress: {
            digest: string;
            url: string;
        };
        /** ContentAddresses */
        ContentAddresses: {
            contents: components["schemas"]["ContentAddress"][];
        };
        /** ContentsRequest */
        ContentsRequest: {
            digests: string[];
        };
        /** Correlation */
        Correlation: {
            pearson: number | null;
            spearman: number | null;
        };
        /** DefinedMetric */
        DefinedMetric: {
            /** @default  */
            goal?: string;
            /** @default false */
            hidden?: boolean;
            key: string;
            /** @default  */
            step_metric?: string;
            /** @default  */
            unit?: string;
        };
        /** DefinedMetrics */
        DefinedMetrics: {
            metrics: components["schemas"]["DefinedMetric"][];
        };
        /** DefinitionQuery */
        DefinitionQuery: {
            runs?: string[] | null;
        };
        /** Deletion */
        Deletion: {
            freed: number;
            /** @default false */
            is_dry?: boolean;
            kept?: [
                string,
                string
            ][];
            used_by?: components["schemas"]["RunRef"][];
            version_count: number;
        };
        /** DerivedColumn */
        DerivedColumn: {
            expression: string;
            name: string;
        };
        /** Draft */
        Draft: {
            block_bytes: number;
            entry_count: number;
            expires_at: number;
            id: string;
            name: string;
            type: string;
        };
        /** DraftRequest */
        DraftRequest: {
            aliases?: string[];
            /** @default  */
            base?: string;
            /** @default  */
            description?: string;
            metadata?: {
                [key: string]: unknown;
            };
            name: string;
            /** @default  */
            role?: string;
            /** @default  */
            run_id?: string;
            /** @default  */
            shared_id?: string;
            span?: components["schemas"]["TimeSpan"] | null;
            /** @default -1 */
            step?: number;
            tags?: string[];
            ttl_s?: number | null;
            type: string;
        };
        /** Duplicates */
        Duplicates: {
            largest: components["schemas"]["SpaceItem"][];
            same: components["schemas"]["SpaceItem"][][];
            unused: components["schemas"]["SpaceItem"][];
        };
        /** EmailChange */
        EmailChange: {
            email: string;
        };
        /** EntriesPage */
        EntriesPage: {
            add?: {
                [key: string]: components["schemas"]["Entry"];
            };
            remove?: string[];
        };
        /** Entry */
        Entry: {
            blocks?: string[];
            digest: string;
            extra?: {
                [key: string]: unknown;
            };
            /** @default  */
            ref?: string;
            size: number;
        };
        /** EntryFolder */
        EntryFolder: {
            file_count: number;
            path: string;
            size: number;
        };
        /** EntryListing */
        EntryListing: {
            files: components["schemas"]["ShownEntry"][];
            folders: components["schemas"]["EntryFolder"][];
            next: string;
            total: number;
        };
        /** Fault */
        Fault: {
            at: number;
            by: string;
            clean_since: {
                [key: string]: string;
            };
            freeze: string[];
            id: string;
            /** @enum {string} */
            kind: "version" | "commit" | "package" | "run";
            reason: string;
            run_count: number;
            /** @default 0 */
            taken_back_at?: number;
            target: string;
            version_count: number;
        };
        /** FaultDetail */
        FaultDetail: {
            fault: components["schemas"]["Fault"];
            reach: components["schemas"]["Reach"];
        };
        /** FaultList */
        FaultList: {
            faults: components["schemas"]["Fault"][];
        };
        /** FaultRequest */
        FaultRequest: {
            freeze?: string[];
            /** @enum {string} */
            kind: "version" | "commit" | "package" | "run";
            reason: string;
            target: string;
        };
        /** FileDraft */
        FileDraft: {
            digest: string;
            path: string;
            size: number;
        };
        /** FileNotebook */
        FileNotebook: {
            cell_count: number;
            cells: components["schemas"]["NotebookCell"][];
            language: string;
        };
        /** FilePage */
        FilePage: {
            files: components["schemas"]["RunFile"][];
            /** @default  */
            next?: string;
            total: number;
        };
        /** FilePreview */
        FilePreview: {
            digest: string;
            facts?: {
                [key: string]: unknown;
            };
            /** @default false */
            is_cut?: boolean;
            /** @enum {string} */
            kind: "text" | "json" | "code" | "table" | "tensors" | "notebook" | "image" | "binary" | "empty";
            /** @default  */
            media_type?: string;
            /** @default  */
            note?: string;
            notebook?: components["schemas"]["FileNotebook"] | null;
            path: string;
            size: number;
            table?: components["schemas"]["FileTable"] | null;
            tensors?: components["schemas"]["FileTensors"] | null;
            /** @default  */
            text?: string;
            updated_at: number;
            url: string;
        };
        /** FilesDraft */
        FilesDraft: {
            /** @default false */
            commit?: boolean;
            files: components["schemas"]["FileDraft"][];
            refused?: components["schemas"]["RefusedFile"][];
        };
        /** FilesTickets */
        FilesTickets: {
            tickets: components["schemas"]["FileTicket"][];
        };
        /** FileTable */
        FileTable: {
            column_count: number;
            columns: components["schemas"]["FileTableColumn"][];
            row_count: number;
            rows: (string | null)[][];
        };
        /** FileTableColumn */
        FileTableColumn: {
            name: string;
            type: string;
        };
        /** FileTensors */
        FileTensors: {
            metadata: {
                [key: string]: string;
            };
            parameter_count: number;
            tensor_count: number;
            tensors: components["schemas"]["Tensor"][];
        };
        /** FileTicket */
        FileTicket: {
            path: string;
            upload_url: string;
        };
        /** GroupKey */
        GroupKey: {
            /** @default 0 */
            bin_width?: number;
            key: string;
        };
        /** GroupSort */
        GroupSort: {
            /**
             * @default mean
             * @enum {string}
             */
            aggregate?: "value" | "count" | "mean" | "min" | "max" | "std";
            /** @default false */
            descending?: boolean;
            /** @default  */
            key?: string;
        };
        /** GroupsRequest */
        GroupsRequest: {
            /**
             * @default std
             * @enum {string}
             */
            band?: "none" | "minmax" | "std" | "stderr" | "iqr" | "quantile" | "ci95_t" | "ci95_bootstrap";
            /** @default 1000 */
            buckets?: number;
            /**
             * @default history
             * @enum {string}
             */
            channel?: "history" | "system";
            /**
             * @default drop
             * @enum {string}
             */
            ended?: "drop" | "hold";
            groups: components["schemas"]["SeriesGroup"][];
            keys: string[];
            /**
             * @default mean
             * @enum {string}
             */
            middle?: "mean" | "median" | "min" | "max";
            /**
             * @default 32
             * @enum {integer}
             */
            precision?: 32 | 64;
            /**
             * @default [
             *       0.1,
             *       0.9
             *     ]
             */
            quantiles?: [
                number,
                number
            ];
            smoothing?: components["schemas"]["Smoothing"] | null;
            window?: [
                number,
                number
            ] | null;
            /**
             * @default step
             * @enum {string}
             */
            x?: "step" | "time" | "relative" | "metric" | "expression";
            /** @default  */
            x_expression?: string;
            /** @default  */
            x_key?: string;
            /**
             * @default linear
             * @enum {string}
             */
            x_scale?: "linear" | "log";
        };
        /** Health */
        Health: {
            status: string;
            version: string;
        };
        /** HistogramsRequest */
        HistogramsRequest: {
            /** @default 0 */
            first_step?: number;
            /** @default true */
            is_merged?: boolean;
            key: string;
            last_step?: number | null;
            runs: string[];
            /** @default 200 */
            steps_max?: number;
        };
        /** HistoryRequest */
        HistoryRequest: {
            /** @default false */
            all_rows?: boolean;
            /**
             * @default history
             * @enum {string}
             */
            channel?: "history" | "system";
            /** @default 0 */
            first_step?: number;
            keys?: string[];
            last_step?: number | null;
            limit?: number | null;
        };
        /** ImportanceAnswer */
        ImportanceAnswer: {
            params: components["schemas"]["ParameterImportance"][];
            partial: components["schemas"]["PartialDependence"] | null;
            r2: number;
            run_count: number;
            used_count: number;
            warning: string;
        };
        /** ImportanceRequest */
        ImportanceRequest: {
            /**
             * @default last
             * @enum {string}
             */
            aggregate?: "last" | "min" | "max" | "mean" | "first";
            derived?: components["schemas"]["DerivedColumn"][];
            /** @default  */
            filter?: string | {
                [key: string]: unknown;
            };
            hide?: string[];
            ids?: string[] | null;
            /** @default false */
            is_regex?: boolean;
            /** @default 12 */
            most?: number;
            /** @default false */
            only_mine?: boolean;
            /** @default false */
            only_names?: boolean;
            params?: string[];
            /** @default  */
            search?: string;
            /** @default 0 */
            seed?: number;
            /** @default  */
            shown?: string;
            sort?: components["schemas"]["SortKey"][];
            target: string;
            /** @default false */
            trash?: boolean;
        };
        /** InputsComparison */
        InputsComparison: {
            roles: components["schemas"]["RoleInputs"][];
        };
        /** InputsQuery */
        InputsQuery: {
            /** @default  */
            role?: string;
            runs: string[];
        };
        /**
         * JsonBatch
         * @description For programs without the SDK. Each row, then config, summary and finish where given, takes the next sequence number,
         *         beginning with `first_seq`; null lets the server count on, and gives up that a repeat is harmless. The words NaN, Infinity
         *         and -Infinity are the numbers that JSON has no form for; a backslash in front makes a text of them.
         */
        JsonBatch: {
            /** @default {} */
            config?: Record<string, never>;
            /** @default null */
            finish?: components["schemas"]["JsonFinish"] | null;
            /** @default null */
            first_seq?: number | null;
            /** @default [] */
            rows?: components["schemas"]["JsonRow"][];
            /** @default {} */
            summary?: Record<string, never>;
            writer: string;
        };
        /** JsonFinish */
        JsonFinish: {
            /** @default 0 */
            exit_code?: number;
            /**
             * @default finished
             * @enum {unknown}
             */
            state?: "crashed" | "failed" | "finished" | "killed" | "preempted";
        };
        /**
         * JsonRow
         * @description `time` 0: now.
         */
        JsonRow: {
            step: number;
            /** @default 0 */
            time?: number;
            values: Record<string, never>;
        };
        /** Key */
        Key: {
            created_at: number;
            id: string;
            last_used_at: number;
            name: string;
        };
        /** KeyCreate */
        KeyCreate: {
            name: string;
        };
        /** KeyCreated */
        KeyCreated: {
            key: components["schemas"]["Key"];
            secret: string;
        };
        /** LeakageReport */
        LeakageReport: {
            columns: string[];
            evaluation: string;
            evaluation_rows: number;
            examples: components["schemas"]["LeakedRow"][];
            share: number;
            shared_rows: number;
            training: string;
            training_rows: number;
        };
        /** LeakedRow */
        LeakedRow: {
            path: string;
            row: number;
            training_path: string;
            training_row: number;
        };
        /** Lineage */
        Lineage: {
            edges: components["schemas"]["LineageEdge"][];
            nodes: components["schemas"]["LineageNode"][];
            root: string;
            total: number;
        };
        /** LineageEdge */
        LineageEdge: {
            role: string;
            source: string;
            target: string;
        };
        /** LineageNode */
        LineageNode: {
            aliases?: string[];
            at: number;
            /** @default 1 */
            count?: number;
            /** @default  */
            fault?: string;
            /** @default 0 */
            hidden_down?: number;
            /** @default 0 */
            hidden_up?: number;
            id: string;
            /** @default false */
            is_stale?: boolean;
            /** @enum {string} */
            kind: "version" | "run" | "group";
            label: string;
            level: number;
            members?: string[];
            /** @default  */
            name?: string;
            project: string;
            /** @default  */
            run_id?: string;
            /** @default  */
            state?: string;
            /** @default  */
            type?: string;
            /** @default  */
            version?: string;
        };
        /** LinkSignIn */
        LinkSignIn: {
            token: string;
        };
        /**
         * LiveHint
         * @description One message of `GET /api/v1/live`: something of this project changed; ask again for what is on screen.
         *
         *         `kind`: series (rows arrived: `step` is the newest), run (its fields changed), runs (a run came or went), project,
         *         views (a saved view changed: `keys` names it if everybody may see it), artifacts (`keys`: collections that changed).
         */
        LiveHint: {
            entity: string;
            /** @default [] */
            keys?: string[];
            /** @enum {unknown} */
            kind: "artifacts" | "project" | "run" | "runs" | "series" | "views";
            project: string;
            /** @default  */
            run?: string;
            /** @default -1 */
            step?: number;
        };
        /** Me */
        Me: {
            default_entity: string;
            display_name: string;
            /** @default  */
            email?: string;
            has_password: boolean;
            is_admin: boolean;
            server_version: string;
            teams: components["schemas"]["TeamMembership"][];
            username: string;
        };
        /** MediaContent */
        MediaContent: {
            digest: string;
            /** @default false */
            has_thumbnail?: boolean;
            /** @default  */
            media_type?: string;
            size: number;
            url: string;
        };
        /** MediaItem */
        MediaItem: {
            contents: {
                [key: string]: components["schemas"]["MediaContent"];
            };
            count: number;
            /** @default  */
            fault?: string;
            refused?: {
                [key: string]: string;
            };
            step: number;
            time: number;
            values: {
                [key: string]: unknown;
            }[];
        };
        /** MediaPage */
        MediaPage: {
            series: components["schemas"]["MediaSeries"][];
        };
        /** MediaQuery */
        MediaQuery: {
            at?: number | null;
            /** @default 0 */
            first_step?: number;
            keys: string[];
            last_step?: number | null;
            /** @default 1000 */
            list_max?: number;
            runs: string[];
            /** @default 1 */
            steps_max?: number;
        };
        /** MediaSeries */
        MediaSeries: {
            items: components["schemas"]["MediaItem"][];
            key: string;
            run: string;
            steps: number[];
            type: string;
        };
        /** Mention */
        Mention: {
            entity: string;
            id: number;
            is_read: boolean;
            link: string;
            project: string;
            region: string;
            run: string;
            run_name: string;
            text: string;
            time: number;
            user: string;
        };
        /** MentionPage */
        MentionPage: {
            mentions: components["schemas"]["Mention"][];
            unread: number;
        };
        /** MentionsRead */
        MentionsRead: {
            ids: number[];
        };
        /** MetadataChange */
        MetadataChange: {
            after?: unknown;
            before?: unknown;
            key: string;
        };
        /** MetricChange */
        MetricChange: {
            after: number | string | null;
            before: number | string | null;
            delta: number | null;
            /** @enum {string} */
            goal: "" | "minimize" | "maximize";
            key: string;
            /** @enum {string} */
            origin: "run" | "metadata";
            /** @enum {string} */
            verdict: "" | "better" | "worse";
        };
        /** MetricDefinition */
        MetricDefinition: {
            /** @default  */
            goal?: string;
            /** @default false */
            hidden?: boolean;
            name: string;
            /** @default  */
            step_metric?: string;
            /** @default true */
            step_sync?: boolean;
            summary?: string[];
            /** @default  */
            unit?: string;
        };
        /** MetricsComparison */
        MetricsComparison: {
            after: components["schemas"]["MetricsSide"];
            before: components["schemas"]["MetricsSide"];
            is_cut: boolean;
            metrics: components["schemas"]["MetricChange"][];
        };
        /** MetricsSide */
        MetricsSide: {
            path: string;
            run: components["schemas"]["RunRef"] | null;
            step: number;
        };
        /** MissingContent */
        MissingContent: {
            digest: string;
            headers?: {
                [key: string]: string;
            };
            size: number;
            url: string;
        };
        /** MissingContents */
        MissingContents: {
            missing: components["schemas"]["MissingContent"][];
        };
        /** NonFinite */
        NonFinite: {
            /** @enum {string} */
            first_kind: "nan" | "posinf" | "neginf";
            first_step: number;
            key: string;
            nan: number;
            neginf: number;
            posinf: number;
            run: string;
        };
        /** NonFiniteFound */
        NonFiniteFound: {
            found: components["schemas"]["NonFinite"][];
        };
        /** NonFiniteRequest */
        NonFiniteRequest: {
            /**
             * @default history
             * @enum {string}
             */
            channel?: "history" | "system";
            keys?: string[];
            runs: string[];
        };
        /** NotebookCell */
        NotebookCell: {
            execution_count?: number | null;
            /** @enum {string} */
            kind: "code" | "markdown" | "raw";
            outputs?: components["schemas"]["CellOutput"][];
            source: string;
        };
        /** NoteChange */
        NoteChange: {
            text: string;
            time: number;
            user: string;
        };
        /** OutputRequest */
        OutputRequest: {
            artifact: string;
            /** @default  */
            role?: string;
        };
        /** ParameterImportance */
        ParameterImportance: {
            by_kind: {
                [key: string]: number;
            } | null;
            correlation: components["schemas"]["Correlation"] | null;
            high: number;
            importance: number;
            key: string;
            /** @enum {string} */
            kind: "number" | "category";
            low: number;
        };
        /** PartialDependence */
        PartialDependence: {
            grid: unknown[];
            high: number[];
            key: string;
            low: number[];
            mean: number[];
        };
        /** PasswordChange */
        PasswordChange: {
            current: string;
            new: string;
        };
        /** Person */
        Person: {
            display_name: string;
            username: string;
        };
        /** Place */
        Place: {
            /** @default  */
            link?: string;
            /** @default  */
            run?: string;
        };
        /** Preset */
        Preset: {
            created_at: number;
            created_by: string;
            entity: string;
            label: string;
            may_edit: boolean;
            name: string;
            revision: number;
            spec?: {
                [key: string]: unknown;
            } | null;
            updated_at: number;
            updated_by: string;
        };
        /** PresetPage */
        PresetPage: {
            may_write: boolean;
            presets: components["schemas"]["Preset"][];
        };
        /** PresetRestore */
        PresetRestore: {
            revision: number;
        };
        /** PresetSave */
        PresetSave: {
            /** @default  */
            label?: string;
            /** @default 0 */
            revision?: number;
            spec: {
                [key: string]: unknown;
            };
        };
        /** PresetVersion */
        PresetVersion: {
            label: string;
            revision: number;
            spec?: {
                [key: string]: unknown;
            } | null;
            time: number;
            user: string;
        };
        /** PresetVersionPage */
        PresetVersionPage: {
            is_deleted: boolean;
            versions: components["schemas"]["PresetVersion"][];
        };
        /**
         * Problem
         * @description An error's body (`application/problem+json`, RFC 9457). `id` finds the request in the server's log.
         */
        Problem: {
            code: string;
            detail: string;
            /** @default {} */
            fields?: Record<string, never>;
            id: string;
            status: number;
            title: string;
            type: string;
        };
        /** Project */
        Project: {
            created_at: number;
            description: string;
            entity: string;
            last_activity_at: number;
            name: string;
            role: string;
            run_count: number;
            running_count: number;
        };
        /** ProjectEdit */
        ProjectEdit: {
            description?: string | null;
            known_description?: string | null;
        };
        /** ProjectPage */
        ProjectPage: {
            /** @default  */
            next?: string;
            projects: components["schemas"]["Project"][];
            total: number;
        };
        /** PurgePreview */
        PurgePreview: {
            alias_count: number;
            aliases: string[];
            count: number;
            file_bytes: number;
            value_count: number;
            version_count: number;
        };
        /** Reach */
        Reach: {
            protected_aliases: string[];
            run_count: number;
            runs: components["schemas"]["RunRef"][];
            version_count: number;
            versions: components["schemas"]["ArtifactVersion"][];
        };
        /** RefusedFile */
        RefusedFile: {
            path: string;
            reason: string;
        };
        /** RefusedValue */
        RefusedValue: {
            count: number;
            key: string;
            reason: string;
        };
        /** RetentionRule */
        RetentionRule: {
            project: string;
            ttl_s: number;
            type: string;
        };
        /** RetentionRules */
        RetentionRules: {
            rules: components["schemas"]["RetentionRule"][];
        };
        /** RewindRequest */
        RewindRequest: {
            step: number;
        };
        /** RoleInputs */
        RoleInputs: {
            inputs: components["schemas"]["SharedInput"][];
            missing: string[];
            role: string;
            /** @enum {string} */
            verdict: "same" | "different" | "unknown";
        };
        /** Run */
        Run: {
            config?: {
                [key: string]: unknown;
            };
            created_at: number;
            definitions?: components["schemas"]["MetricDefinition"][];
            deleted_at: number;
            duration_s: number;
            entity: string;
            environment?: {
                [key: string]: unknown;
            };
            exit_code: number | null;
            finished_at: number;
            group: string;
            heartbeat_at: number;
            host: string;
            id: string;
            job_type: string;
            last_step: number;
            name: string;
            notes: string;
            ordinal: number;
            program: string;
            progress_step: number;
            progress_total: number;
            project: string;
            refused?: components["schemas"]["RefusedValue"][];
            sdk_version: string;
            started_at: number;
            /** @enum {string} */
            state: "pending" | "running" | "preempting" | "preempted" | "finished" | "failed" | "crashed" | "killed";
            stop_requested: boolean;
            summary?: {
                [key: string]: unknown;
            };
            tags: string[];
            user: string;
            values?: {
                [key: string]: unknown;
            };
        };
        /** RunArtifacts */
        RunArtifacts: {
            inputs: components["schemas"]["ArtifactVersion"][];
            outputs: components["schemas"]["ArtifactVersion"][];
        };
        /** RunBulkEdit */
        RunBulkEdit: {
            add_tags?: string[];
            derived?: components["schemas"]["DerivedColumn"][];
            /** @default  */
            filter?: string | {
                [key: string]: unknown;
            };
            group?: string | null;
            hide?: string[];
            ids?: string[] | null;
            /** @default false */
            is_everything?: boolean;
            /** @default false */
            is_regex?: boolean;
            job_type?: string | null;
            notes?: string | null;
            /** @default false */
            only_mine?: boolean;
            /** @default false */
            only_names?: boolean;
            remove_tag_keys?: string[];
            remove_tags?: string[];
            /** @default  */
            search?: string;
            set_tags?: string[];
            sort?: components["schemas"]["SortKey"][];
            /** @default false */
            trash?: boolean;
        };
        /** RunEdit */
        RunEdit: {
            config?: {
                [key: string]: unknown;
            } | null;
            group?: string | null;
            job_type?: string | null;
            known_name?: string | null;
            known_notes?: string | null;
            name?: string | null;
            notes?: string | null;
            summary?: {
                [key: string]: unknown;
            } | null;
            tags?: string[] | null;
        };
        /** RunExport */
        RunExport: {
            columns?: string[];
            derived?: components["schemas"]["DerivedColumn"][];
            /** @default  */
            filter?: string | {
                [key: string]: unknown;
            };
            hide?: string[];
            ids?: string[] | null;
            /** @default false */
            is_regex?: boolean;
            /** @default false */
            only_mine?: boolean;
            /** @default false */
            only_names?: boolean;
            /** @default  */
            search?: string;
            sort?: components["schemas"]["SortKey"][];
            /** @default false */
            trash?: boolean;
        };
        /** RunFile */
        RunFile: {
            digest: string;
            path: string;
            size: number;
            updated_at: number;
            url: string;
        };
        /** RunGroup */
        RunGroup: {
            aggregates: {
                [key: string]: {
                    [key: string]: number;
                };
            };
            /** @default  */
            condition?: string;
            groups?: components["schemas"]["RunGroup"][];
            keys: {
                [key: string]: unknown;
            };
            /** @default  */
            label?: string;
            path?: unknown[];
            run_count: number;
            running_count: number;
        };
        /** RunHistogramsRequest */
        RunHistogramsRequest: {
            /** @default 0 */
            first_step?: number;
            key: string;
            last_step?: number | null;
            /** @default 200 */
            steps_max?: number;
        };
        /** RunPage */
        RunPage: {
            /** @default 0 */
            group_total?: number;
            groups?: components["schemas"]["RunGroup"][];
            /** @default false */
            is_cut?: boolean;
            /** @default  */
            next?: string;
            runs: components["schemas"]["Run"][];
            total: number;
        };
        /** RunQueryRequest */
        RunQueryRequest: {
            columns?: string[];
            /** @default  */
            cursor?: string;
            /** @default 0 */
            depth?: number;
            derived?: components["schemas"]["DerivedColumn"][];
            /** @default  */
            filter?: string | {
                [key: string]: unknown;
            };
            group?: (string | components["schemas"]["GroupKey"])[];
            group_sort?: components["schemas"]["GroupSort"][];
            hide?: string[];
            ids?: string[] | null;
            /** @default false */
            is_regex?: boolean;
            /** @default 100 */
            limit?: number;
            /** @default false */
            only_mine?: boolean;
            /** @default false */
            only_names?: boolean;
            /** @default  */
            search?: string;
            sort?: components["schemas"]["SortKey"][];
            /** @default false */
            trash?: boolean;
        };
        /** RunRef */
        RunRef: {
            /** @default 0 */
            at?: number;
            name: string;
            project: string;
            /** @default  */
            role?: string;
            run_id: string;
        };
        /** RunRefused */
        RunRefused: {
            id: string;
            reason: string;
        };
        /** RunsChanged */
        RunsChanged: {
            count: number;
            ids: string[];
            refused?: components["schemas"]["RunRefused"][];
            /** @default 0 */
            remaining?: number;
            /** @default  */
            undo?: string;
        };
        /** RunSelection */
        RunSelection: {
            derived?: components["schemas"]["DerivedColumn"][];
            /** @default  */
            filter?: string | {
                [key: string]: unknown;
            };
            hide?: string[];
            ids?: string[] | null;
            /** @default false */
            is_everything?: boolean;
            /** @default false */
            is_regex?: boolean;
            /** @default false */
            only_mine?: boolean;
            /** @default false */
            only_names?: boolean;
            /** @default  */
            search?: string;
            sort?: components["schemas"]["SortKey"][];
            /** @default false */
            trash?: boolean;
        };
        /** RunsPurged */
        RunsPurged: {
            count: number;
            file_bytes: number;
            ids: string[];
            value_count: number;
        };
        /** RunStart */
        RunStart: {
            config?: {
                [key: string]: unknown;
            };
            /** @default 0 */
            created_at?: number;
            /** @default  */
            group?: string;
            /** @default  */
            host?: string;
            /** @default  */
            job_type?: string;
            /** @default  */
            label?: string;
            /** @default  */
            name?: string;
            /** @default  */
            notes?: string;
            /** @default  */
            program?: string;
            /** @default -1 */
            rank?: number;
            /**
             * @default
             * @enum {string}
             */
            resume?: "" | "allow" | "must" | "never" | "auto";
            /** @default  */
            sdk_version?: string;
            /** @default  */
            suggested_name?: string;
            tags?: string[];
            /** @default 0 */
            world_size?: number;
            writer: string;
        };
        /** RunStarted */
        RunStarted: {
            /**
             * @default allow
             * @enum {string}
             */
            code_saving?: "allow" | "force" | "forbid";
            is_new: boolean;
            is_resumed: boolean;
            last_step: number;
            run: components["schemas"]["Run"];
            url: string;
            writer_next_seq: number;
        };
        /** RunsTransferred */
        RunsTransferred: {
            project: string;
            refused?: components["schemas"]["RunRefused"][];
            remaining?: string[];
            runs: components["schemas"]["RunTransferred"][];
            /** @default  */
            undo?: string;
        };
        /** RunsUndo */
        RunsUndo: {
            undo: string;
        };
        /** RunTransfer */
        RunTransfer: {
            derived?: components["schemas"]["DerivedColumn"][];
            /** @default  */
            filter?: string | {
                [key: string]: unknown;
            };
            hide?: string[];
            ids?: string[] | null;
            /** @default false */
            is_everything?: boolean;
            /** @default false */
            is_regex?: boolean;
            /** @default false */
            only_mine?: boolean;
            /** @default false */
            only_names?: boolean;
            /** @default  */
            search?: string;
            sort?: components["schemas"]["SortKey"][];
            to: string;
            /** @default false */
            trash?: boolean;
            /** @default  */
            undo?: string;
        };
        /** RunTransferred */
        RunTransferred: {
            id: string;
            new_id: string;
        };
        /** RunValuesRequest */
        RunValuesRequest: {
            /** @default  */
            baseline?: string;
            derived?: components["schemas"]["DerivedColumn"][];
            /** @default  */
            filter?: string | {
                [key: string]: unknown;
            };
            hide?: string[];
            ids?: string[] | null;
            /** @default false */
            is_regex?: boolean;
            keys?: string[];
            /** @default 100000 */
            limit?: number;
            /** @default false */
            only_mine?: boolean;
            /** @default false */
            only_names?: boolean;
            /** @default  */
            search?: string;
            sort?: components["schemas"]["SortKey"][];
            /** @default false */
            trash?: boolean;
        };
        /** SeriesGroup */
        SeriesGroup: {
            label: string;
            runs: string[];
        };
        /**
         * SeriesHead
         * @description `is_smoothed`: there is a column `smooth`. `precision` is what the columns have: 64 although 32 was asked for where 32 bits
         *         would make an infinity or a zero of a value.
         */
        SeriesHead: {
            /** @default false */
            is_smoothed?: boolean;
            /**
             * @default 32
             * @enum {unknown}
             */
            precision?: 32 | 64;
            series: components["schemas"]["SeriesInfo"][];
            /** @enum {unknown} */
            x: "expression" | "metric" | "relative" | "step" | "time";
            /** @default  */
            x_key?: string;
        };
        /**
         * SeriesInfo
         * @description One series of the answer. `rows` buckets follow in its record batch; `point_count` points stand behind them. `left_out`
         *         counts points in the window's range of steps that have no place on x: none there, not a number, or not above 0 on a log scale.
         *         `bucket_width` is in units of x; on a log scale it is the difference of binary logarithms.
         */
        SeriesInfo: {
            bucket_width: number;
            is_raw: boolean;
            key: string;
            last_step: number;
            /** @default 0 */
            left_out?: number;
            /**
             * @default envelope
             * @enum {unknown}
             */
            method?: "envelope" | "every" | "last" | "lttb" | "mean";
            point_count: number;
            /** @default [] */
            quantiles?: number[];
            rows: number;
            run: string;
        };
        /** SeriesRequest */
        SeriesRequest: {
            /** @default 1000 */
            buckets?: number;
            /**
             * @default history
             * @enum {string}
             */
            channel?: "history" | "system";
            expressions?: string[];
            keys: string[];
            /**
             * @default envelope
             * @enum {string}
             */
            method?: "envelope" | "mean" | "last" | "lttb" | "every";
            /**
             * @default 32
             * @enum {integer}
             */
            precision?: 32 | 64;
            quantiles?: number[];
            runs: string[];
            since?: number | null;
            smoothing?: components["schemas"]["Smoothing"] | null;
            window?: [
                number,
                number
            ] | null;
            /**
             * @default step
             * @enum {string}
             */
            x?: "step" | "time" | "relative" | "metric" | "expression";
            /** @default  */
            x_expression?: string;
            /** @default  */
            x_key?: string;
            /**
             * @default linear
             * @enum {string}
             */
            x_scale?: "linear" | "log";
        };
        /** SharedInput */
        SharedInput: {
            digest: string;
            path: string;
            runs: string[];
        };
        /** ShownEntry */
        ShownEntry: {
            digest: string;
            extra?: {
                [key: string]: unknown;
            };
            /** @default false */
            is_new?: boolean;
            path: string;
            /** @default  */
            ref?: string;
            size: number;
            /** @default  */
            url?: string;
        };
        /** SignIn */
        SignIn: {
            password: string;
            username: string;
        };
        /** Smoothing */
        Smoothing: {
            /**
             * @default time_ema
             * @enum {string}
             */
            kind?: "none" | "time_ema" | "ema" | "gaussian" | "mean" | "median" | "savgol";
            /** @default 0 */
            strength?: number;
        };
        /** SortKey */
        SortKey: {
            /** @default false */
            descending?: boolean;
            key: string;
        };
        /** Space */
        Space: {
            listed: number;
            places?: components["schemas"]["SpacePlace"][];
            shares: components["schemas"]["SpaceShare"][];
            stored: number;
            waiting: number;
        };
        /** SpaceItem */
        SpaceItem: {
            created_at: number;
            path: string;
            size: number;
            type: string;
        };
        /** SpacePlace */
        SpacePlace: {
            bucket: string;
            stored: number;
        };
        /** SpaceShare */
        SpaceShare: {
            key: string;
            label: string;
            own_size: number;
            parts?: components["schemas"]["SpaceShare"][];
            size: number;
            version_count: number;
        };
        /** TableCell */
        TableCell: {
            after: string | null;
            before: string | null;
            column: string;
        };
        /** TableColumn */
        TableColumn: {
            after: string;
            before: string;
            /** @enum {string} */
            change: "same" | "added" | "removed" | "retyped";
            name: string;
        };
        /** TableComparison */
        TableComparison: {
            added_count: number;
            after: string;
            after_count: number;
            before: string;
            before_count: number;
            changed_count: number;
            columns: components["schemas"]["TableColumn"][];
            is_key_found: boolean;
            key: string[];
            offset: number;
            path: string;
            removed_count: number;
            rows: components["schemas"]["TableRow"][];
            same_count: number;
            total: number;
        };
        /** TableRow */
        TableRow: {
            cells: components["schemas"]["TableCell"][];
            /** @enum {string} */
            change: "added" | "removed" | "changed";
            key: (string | null)[];
            row_after: number;
            row_before: number;
        };
        /** Tag */
        Tag: {
            name: string;
            run_count: number;
        };
        /** TagPage */
        TagPage: {
            keys?: components["schemas"]["Tag"][];
            tags: components["schemas"]["Tag"][];
            total: number;
        };
        /** TeamBuckets */
        TeamBuckets: {
            buckets: components["schemas"]["Bucket"][];
            team: string;
        };
        /** TeamMembership */
        TeamMembership: {
            /** @enum {string} */
            role: "admin" | "member" | "viewer";
            team: string;
        };
        /** Tensor */
        Tensor: {
            bytes: number;
            dtype: string;
            name: string;
            shape: number[];
        };
        /** TimeSpan */
        TimeSpan: {
            end: number;
            start: number;
        };
        /** Turn */
        Turn: {
            at: number;
            kind: string;
            run: string;
            step: number;
            user: string;
        };
        /** TurnPage */
        TurnPage: {
            /** @default false */
            is_cut?: boolean;
            turns: components["schemas"]["Turn"][];
        };
        /** TurnQuery */
        TurnQuery: {
            runs?: string[];
        };
        /** UsedBy */
        UsedBy: {
            runs: components["schemas"]["RunRef"][];
        };
        /** UseRequest */
        UseRequest: {
            artifact: string;
            /** @default  */
            role?: string;
        };
        /** ValueCount */
        ValueCount: {
            run_count: number;
            value: unknown;
        };
        /** VersionComparison */
        VersionComparison: {
            added_count: number;
            after: components["schemas"]["ArtifactVersion"];
            before: components["schemas"]["ArtifactVersion"];
            changed_count: number;
            entries: components["schemas"]["ChangedEntry"][];
            metadata: components["schemas"]["MetadataChange"][];
            removed_count: number;
            same_count: number;
        };
        /** VersionEdit */
        VersionEdit: {
            add_aliases?: string[];
            add_tags?: string[];
            description?: string | null;
            metadata?: {
                [key: string]: unknown;
            } | null;
            remove_aliases?: string[];
            remove_tags?: string[];
            span?: components["schemas"]["TimeSpan"] | null;
            ttl_s?: number | null;
        };
        /** VersionFault */
        VersionFault: {
            accepted_at: number;
            accepted_by: string;
            accepted_reason: string;
            frozen: string[];
            id: string;
            why: string;
        };
        /** VersionFaults */
        VersionFaults: {
            faults: components["schemas"]["VersionFault"][];
        };
        /** VersionPage */
        VersionPage: {
            next: string;
            total: number;
            versions: components["schemas"]["ArtifactVersion"][];
        };
        /** VersionsRequest */
        VersionsRequest: {
            /** @default false */
            is_dry?: boolean;
            versions: string[];
            /** @default false */
            with_aliases?: boolean;
        };
        /** View */
        View: {
            created_at: number;
            id: string;
            is_default: boolean;
            is_locked: boolean;
            may_edit: boolean;
            name: string;
            owner: string;
            /** @enum {string} */
            page: "workspace" | "run";
            revision: number;
            /** @enum {string} */
            sharing: "personal" | "shared";
            spec?: {
                [key: string]: unknown;
            } | null;
            updated_at: number;
            updated_by: string;
        };
        /** ViewCopy */
        ViewCopy: {
            /** @default  */
            name?: string;
            /**
             * @default personal
             * @enum {string}
             */
            sharing?: "personal" | "shared";
        };
        /** ViewDefault */
        ViewDefault: {
            is_default: boolean;
        };
        /** ViewDraft */
        ViewDraft: {
            name: string;
            /**
             * @default workspace
             * @enum {string}
             */
            page?: "workspace" | "run";
            /**
             * @default personal
             * @enum {string}
             */
            sharing?: "personal" | "shared";
            spec: {
                [key: string]: unknown;
            };
        };
        /** ViewLink */
        ViewLink: {
            id: string;
            spec: {
                [key: string]: unknown;
            };
        };
        /** ViewLinkDraft */
        ViewLinkDraft: {
            spec: {
                [key: string]: unknown;
            };
        };
        /** ViewLock */
        ViewLock: {
            is_locked: boolean;
        };
        /** ViewPage */
        ViewPage: {
            views: components["schemas"]["View"][];
        };
        /** ViewRestore */
        ViewRestore: {
            revision: number;
        };
        /** ViewSave */
        ViewSave: {
            name?: string | null;
            revision: number;
            /** @enum {null|string} */
            sharing?: "personal" | "shared" | null;
            spec?: {
                [key: string]: unknown;
            } | null;
        };
        /** ViewVersion */
        ViewVersion: {
            name: string;
            revision: number;
            spec?: {
                [key: string]: unknown;
            } | null;
            time: number;
            user: string;
        };
        /** ViewVersionPage */
        ViewVersionPage: {
            versions: components["schemas"]["ViewVersion"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    ApiV1AuditReadAudit: {
        parameters: {
            query?: {
                after?: number;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1BackupsCreateBackup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Document created, URL follows */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackupMade"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1BucketsListBuckets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AllBuckets"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1CapabilitiesCapabilities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Capabilities"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1CspReportCspReport: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/csp-report": string;
                "application/reports+json": string;
            };
        };
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityFaultsListFaults: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FaultList"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityFaultsMarkFault: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FaultRequest"];
            };
        };
        responses: {
            /** @description Document created, URL follows */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fault"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityFaultsFaultIdGetFault: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                fault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FaultDetail"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityFaultsFaultIdTakeBackFault: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                fault_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Fault"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityFaultsReachPreviewFault: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FaultRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reach"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityPresetsListPresets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresetPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityPresetsNameGetPreset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preset"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityPresetsNameSavePreset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresetSave"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preset"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityPresetsNameDeletePreset: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityPresetsNameVersionsListPresetVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresetVersionPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityPresetsNameVersionsRevisionGetPresetVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                revision: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresetVersion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityPresetsNameVersionsRevisionRestoreRestorePresetVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                revision: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresetRestore"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Preset"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityRetentionGetRetention: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionRules"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityRetentionSetRetention: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetentionRules"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RetentionRules"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityRetentionReportRetentionReport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deletion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntitySpaceGetSpace: {
        parameters: {
            query?: {
                by?: string;
            };
            header?: never;
            path: {
                entity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Space"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntitySpaceVersionsGetSpaceVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Duplicates"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1EntitiesEntityVersionsDeleteDeleteVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VersionsRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deletion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1KeysListKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"][];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1KeysCreateKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KeyCreate"];
            };
        };
        responses: {
            /** @description Document created, URL follows */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KeyCreated"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1KeysKeyIdRevokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1LiveLive: {
        parameters: {
            query?: {
                project?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stream Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1MeMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1MeEmailChangeEmail: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailChange"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1MeMentionsListMentions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MentionPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1MeMentionsReadReadMentions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MentionsRead"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MentionPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1MePasswordChangePassword: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsListProjects: {
        parameters: {
            query?: {
                cursor?: string;
                entity?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProjectPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityGetProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityDeleteProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityEditProject: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProjectEdit"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Project"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityAlertsListAlerts: {
        parameters: {
            query?: {
                run?: string;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactTypesListArtifactTypes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactTypes"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsListArtifacts: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                search?: string;
                type?: string;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameGetArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactCollection"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameDeleteArtifact: {
        parameters: {
            query?: {
                is_dry?: boolean;
                with_aliases?: boolean;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deletion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameEditArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CollectionEdit"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactCollection"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameAliasesAliasHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AliasMoves"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsListVersions: {
        parameters: {
            query?: {
                cursor?: string;
                deleted?: boolean;
                limit?: number;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefGetVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactVersion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefDeleteVersion: {
        parameters: {
            query?: {
                is_dry?: boolean;
                with_aliases?: boolean;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deletion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefEditVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VersionEdit"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactVersion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefCompareCompareVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionComparison"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefCompareMetricsCompareMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricsComparison"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefCompareTableCompareTables: {
        parameters: {
            query?: {
                change?: string;
                key?: string[];
                limit?: number;
                offset?: number;
                path?: string;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TableComparison"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefContentsAddressContents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ContentsRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContentAddresses"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefEntriesListEntries: {
        parameters: {
            query?: {
                cursor?: string;
                folder?: string;
                limit?: number;
                search?: string;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EntryListing"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefFaultsListVersionFaults: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionFaults"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefFaultsAcceptanceAcceptVersionFaults: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionFaults"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefFaultsAcceptanceWithdrawVersionAcceptance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VersionFaults"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefFileGetEntry: {
        parameters: {
            query?: {
                path?: string;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                    "audio/*": string;
                    "image/*": string;
                    "video/*": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefFilesZipZipVersion: {
        parameters: {
            query?: {
                under?: string;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefLeakageFindLeakage: {
        parameters: {
            query?: {
                ignore?: string;
                training?: string;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LeakageReport"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefLineageGetLineage: {
        parameters: {
            query?: {
                depth?: number;
                direct?: boolean;
                direction?: string;
                each?: boolean;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lineage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefManifestGetManifest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/msgpack": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefPackedGetPacked: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ContentsRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefPreviewPreviewEntry: {
        parameters: {
            query?: {
                path?: string;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilePreview"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefReachGetReach: {
        parameters: {
            query?: {
                depth?: number;
                direction?: string;
                type?: string;
            };
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reach"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefRestoreRestoreVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactVersion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsNameVersionsRefUsedByListUsers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                name: string;
                project: string;
                ref: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsedBy"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsDraftsOpenDraft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DraftRequest"];
            };
        };
        responses: {
            /** @description Document created, URL follows */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Draft"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsDraftsDraftIdDiscardDraft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                draft_id: string;
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsDraftsDraftIdCommitCommitDraft: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                draft_id: string;
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommitRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactVersion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsDraftsDraftIdContentsPutContents: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                draft_id: string;
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityArtifactsDraftsDraftIdEntriesAddEntries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                draft_id: string;
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EntriesPage"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MissingContents"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityCheckpointsQueryQueryCheckpoints: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CheckpointQuery"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckpointPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityColumnsListColumns: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                prefix?: string;
                run?: string;
                section?: string;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ColumnPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityColumnsQueryQueryColumns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ColumnQuery"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ColumnDetailPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityCommentsListComments: {
        parameters: {
            query: {
                kind: "region";
                subject: string;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityCommentsAddComment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentDraft"];
            };
        };
        responses: {
            /** @description Document created, URL follows */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comment"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityCommentsCommentIdDeleteComment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                comment_id: number;
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityCommentsCommentIdEditComment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                comment_id: number;
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentEdit"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comment"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityCommentsCountCountComments: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommentCountQuery"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentCounts"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityDefinitionsQueryQueryDefinitions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DefinitionQuery"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DefinedMetrics"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityHistogramsReadHistograms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HistogramsRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityImportanceExplain: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ImportanceRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportanceAnswer"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityInputsCompareCompareInputs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InputsQuery"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InputsComparison"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityMediaQueryQueryMedia: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MediaQuery"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MediaPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityNotesHistoryProjectNotesHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoteChange"][];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityPeopleListPeople: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"][];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdGetRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdStartRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunStart"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStarted"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdDeleteRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdEditRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunEdit"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdArtifactsRunArtifacts: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunArtifacts"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdBatchesAppendBatch: {
        parameters: {
            query?: {
                writer?: string;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": string;
                "application/vnd.assay.batch": string;
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BatchAck"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdConfigHistoryConfigHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigChange"][];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdConsoleReadConsole: {
        parameters: {
            query?: {
                first?: number;
                ignore_case?: boolean;
                is_regex?: boolean;
                label?: string[];
                level?: string[];
                limit?: number;
                only_matches?: boolean;
                pattern?: string;
                stream?: string[];
            };
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsolePage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdConsoleAtConsoleAt: {
        parameters: {
            query?: {
                ignore_case?: boolean;
                is_regex?: boolean;
                label?: string[];
                level?: string[];
                number?: number;
                only_matches?: boolean;
                pattern?: string;
                stream?: string[];
                time?: number;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsolePlace"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdConsoleDownloadDownloadConsole: {
        parameters: {
            query?: {
                ignore_case?: boolean;
                is_regex?: boolean;
                label?: string[];
                level?: string[];
                pattern?: string;
                stream?: string[];
                times?: boolean;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdConsoleSearchSearchConsole: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ConsoleSearch"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsoleMatches"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdConsoleStripConsoleStrip: {
        parameters: {
            query?: {
                buckets?: number;
                ignore_case?: boolean;
                is_regex?: boolean;
                label?: string[];
                level?: string[];
                pattern?: string;
                stream?: string[];
            };
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsoleStrip"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdFilesListFiles: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilePage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdFilesDraftFiles: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FilesDraft"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilesTickets"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdFilesZipZipFiles: {
        parameters: {
            query?: {
                under?: string;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdFilesPreviewPreviewFile: {
        parameters: {
            query?: {
                path?: string;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FilePreview"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdHistogramsReadRunHistograms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunHistogramsRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdHistoryReadHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HistoryRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apache.arrow.stream": string;
                    "application/x-msgpack": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdInputsUseArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UseRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactVersion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdNotesHistoryNotesHistory: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NoteChange"][];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdOutputsAddOutput: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OutputRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactVersion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdRestoreRestoreRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsChanged"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdRewindRewindRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RewindRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Run"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdStopStopRun: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRunIdStopUndoStop: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                run_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsCopyCopyRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunTransfer"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsTransferred"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsDeleteDeleteRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunSelection"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsChanged"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsEditEditRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunBulkEdit"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsChanged"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsExportExportRuns: {
        parameters: {
            query?: {
                format?: string;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunExport"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": string;
                    "application/vnd.apache.parquet": string;
                    "text/csv": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsMoveMoveRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunTransfer"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsTransferred"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsPurgePurgeRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunSelection"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsPurged"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsPurgePreviewPreviewPurge: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunSelection"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PurgePreview"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsQueryQueryRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunQueryRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsRestoreRestoreRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunSelection"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsChanged"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsStopStopRuns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunSelection"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsChanged"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsUndoUndoEdit: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunsUndo"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunsChanged"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityRunsValuesReadValues: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RunValuesRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntitySeriesGroupsQueryGroups: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GroupsRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apache.arrow.stream": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntitySeriesNonfiniteFindNonFinite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NonFiniteRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NonFiniteFound"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntitySeriesQueryQuerySeries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SeriesRequest"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.apache.arrow.stream": string;
                    "application/x-msgpack": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityTagsListTags: {
        parameters: {
            query?: {
                limit?: number;
                search?: string;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TagPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityTurnsQueryQueryTurns: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TurnQuery"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TurnPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewLinksCreateViewLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewLinkDraft"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewLink"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewLinksLinkIdGetViewLink: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                link_id: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewLink"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsListViews: {
        parameters: {
            query?: {
                page?: string;
            };
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsCreateView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewDraft"];
            };
        };
        responses: {
            /** @description Document created, URL follows */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsViewIdGetView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                view_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsViewIdSaveView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                view_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewSave"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsViewIdDeleteView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                view_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsViewIdCopyCopyView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                view_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewCopy"];
            };
        };
        responses: {
            /** @description Document created, URL follows */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsViewIdDefaultSetDefaultView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                view_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewDefault"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsViewIdLockLockView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                view_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewLock"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsViewIdRestoreRestoreView: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                view_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsViewIdVersionsListViewVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                view_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewVersionPage"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsViewIdVersionsRevisionGetViewVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                revision: number;
                view_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ViewVersion"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1ProjectsEntityViewsViewIdVersionsRevisionRestoreRestoreViewVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                entity: string;
                project: string;
                revision: number;
                view_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ViewRestore"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["View"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1SessionSignIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1SessionSignOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1SessionLinkSignInByLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkSignIn"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1TeamsBucketGetBucket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamBuckets"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1TeamsBucketSetBucket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                team: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BucketWanted"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamBuckets"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1TeamsBucketUnsetBucket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamBuckets"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1TeamsBucketCheckCheckBucket: {
        parameters: {
            query?: {
                bucket?: number;
            };
            header?: never;
            path: {
                team: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BucketCheck"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ApiV1TeamsBucketKeysRotateBucketKeys: {
        parameters: {
            query?: {
                bucket?: number;
            };
            header?: never;
            path: {
                team: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BucketKeys"];
            };
        };
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamBuckets"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BlobsTicketGetBlob: {
        parameters: {
            query?: {
                page?: boolean;
                w?: number;
            };
            header?: never;
            path: {
                ticket: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                    "audio/*": string;
                    "image/*": string;
                    "video/*": string;
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    BlobsTicketPutBlob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                ticket: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/octet-stream": string;
            };
        };
        responses: {
            /** @description Request fulfilled, nothing follows */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    HealthzHealthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    ReadyzReadyz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Request fulfilled, document follows */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description What went wrong, and what to do (RFC 9457). */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
