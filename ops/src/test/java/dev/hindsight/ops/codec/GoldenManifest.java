package dev.hindsight.ops.codec;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** SHA-256 of every golden file. A line is added with a new file and never changed or removed. */
final class GoldenManifest {

    static final Map<String, String> HASHES = """
            ec8b5a898230b6a25cd142be88176f933ac14a62edad6c668ea4d1274ec18b17  encryption.json
            1f4a6eb5a80ace0994d0ecdc676c83bfb134c9359f0170eee05814f438d5e23c  events/access.recorded.1.json
            8aa7cd4158ca10d90be86218661c67740253317caa88d75c42ff7b2caa832fa7  events/audit.export-made.1.json
            e4fcd03dcf33d9c1bc89d7bd98498056aa94551be895f724cac6772c637eb7ce  events/category.changed.1.json
            738c1f3b1145587eaac40802f53f2cb51d34054ec7dfd8ba0655d83b28279a85  events/category.defined.1.json
            f8e677995698fd2e21e69cab4e3e9eeccdffbc49ba52bc3b3b4c6a7e7896710d  events/dead-letter.retried.1.json
            c872c908034d62d97cd1b510f932a08466e5c0f4b34e3a5d56f22ae5e97ab57c  events/dead-letter.skipped.1.json
            416f706a744c8965fb38d26bd93b7b51f778be1afc7249d7a40cc97622c2527b  events/field.defined.1.json
            43b4eb7ecb053855b9c322431fd55873d9633fcc2c66d1d634d1f86c6deddadf  events/field.redefined.1.json
            f0ba3defe812ff6135ec45863ee8d490c7cfec4a23d699745a1296aa6df5ece8  events/import.finished.1.json
            ec773f6c80421692ddd96eddda8868144745b248f8dc9b7699b9d05f2ecb48b1  events/import.started.1.json
            a9e5374246436952062968eb0de64782b5cbbf13e448c965319a4b39405ba06f  events/ledger.key-rotated.1.json
            d2c1117334206755f0788293dc1ad38d41bdc780cbacd0d053b1c053ebc9db4b  events/log.epoch-started.1.json
            7c15b66fbff5960ff89f8c842bca754a41cfa312c42346fb9f57a23d0c62ae78  events/log.initialized.1.json
            6a40dd2252a646d22041db597783ddeaedf2fb79b421fc9b13b16e65cf3fa716  events/organization.changed.1.json
            37957a671d2d448a35397e0599dbf56a74bf877ca05aca58546a5f65cba3a6a2  events/organization.created.1.json
            400a3c319791665a525995bee88eff7d71f310ecd299492de3e68f5fc8dadc4b  events/organization.legal-hold-placed.1.json
            c3aa0c63307837ba8d462a5a5e7771dbbbe904931c1095cd8d724c4ccf5e34c2  events/organization.legal-hold-released.1.json
            4c8aec0f2fe650eec648a04644ce53c9634b3648ae803d0759e6c595f114d2d7  events/organization.shared-tickets.1.json
            4c8aec0f2fe650eec648a04644ce53c9634b3648ae803d0759e6c595f114d2d7  events/organization.unshared-tickets.1.json
            cdeb52c026ccd80059fce84b9f561dfcc61aa5515bf0bc8a5e0f6b6d32f78f67  events/person.appointed-agent.1.json
            890da2402ec027baa1ef37fad248bdd727162c7a703e6ef4f7aef226eb3d136a  events/person.data-erased.1.json
            cdeb52c026ccd80059fce84b9f561dfcc61aa5515bf0bc8a5e0f6b6d32f78f67  events/person.dismissed-agent.1.json
            a5a025b21085d47aabf59ad0b897f5cb9d4c925502cce1aa21d91eccf7d2b099  events/person.erasure-approved.1.json
            0fd4c2207a01d94fd3f15df0a2f9491f56ae46f44424606fbad059c702f9d516  events/person.erasure-declined.1.json
            d866b802b93e15c8b8333ea78369ab5875b9642bbc9ebb17c481fdd81ef71005  events/person.erasure-finished.1.json
            d66bb6637ab299b71088ae4b4b9ede10aed4a89c0c984fb159071cdaed779354  events/person.erasure-requested.1.json
            279b4809fff54625e19d6c75239464c48e3eec6fd245a1461b96ddcdef01fd96  events/person.identified.1.json
            f07235c3d223ad47d7a9e010bbc27e7d349e1701fb2461f9137daadd8edb20e9  events/person.joined-organization.1.json
            f07235c3d223ad47d7a9e010bbc27e7d349e1701fb2461f9137daadd8edb20e9  events/person.left-organization.1.json
            74061afe68d3d344b7504aad103e9fc31b89f323cc9f56bd8e03df815917f159  events/person.legal-hold-placed.1.json
            f3d7f50ae202151200ac75b5e664b22b049cbf5cfa936526cfff2e74f8b03fe2  events/person.legal-hold-released.1.json
            0e5e34271d626b96998a9f75418be7a7480a658ea1d92ae90f2ad9c8e732feef  events/person.registered.1.json
            6d7493634b15bd5e2a0dccd7529ffafefe3d72b3ffa0315af6c198001af87380  events/person.renamed.1.json
            457fa121228db041d0d48dce6592e55d9f1de0e555a64ddb7a684fe9f412ff8a  events/person.verified-email.1.json
            8d18c557656447a1b877b3758235b0a83cf593cc951ae649520e95a81b5525d7  events/projection.rebuild-cancelled.1.json
            f6899677535d6b089c6d0f904e67cc656904150dfd611dcdda0a82471505dd31  events/projection.rebuild-failed.1.json
            189f97eda40146fb01f96ee38b5f3ba53535701c82719c95183ad01c3f07b543  events/projection.rebuild-started.1.json
            41ebab081a5aa5b12a979afd3a82de39bed750e4dffd5c5700f8cbcbf099b77d  events/projection.repaired.1.json
            f65b04bf85797c3b0b2bf948c7aaf19aa82c2b6a112122beed65dfc182d31d0a  events/projection.switch-reverted.1.json
            41ac26e258f842972c7e0f44f3a2e394c23fa4ac871872af7527cafd1aca344d  events/projection.switched.1.json
            fa717c40d9b349d16854cf526fef8f568405603b1d1ff92c15e5d38d38b27dd3  events/projection.verified.1.json
            42cead5aed435317e25a3f75f282138f69b91848051d6adddd95b913e7943be1  events/queue.access-granted.1.json
            160d71d121011016426424b2f5cb447fabf9a730634b681ab0dc6d61125172ae  events/queue.access-revoked.1.json
            55153b1e73cb706f8697dbc461be5b648d8ecc5ebe0ab69c9f0f3a4da3d5af65  events/queue.changed.1.json
            29a86a99a5bb3e60b091d22ccf6d26f7c561088c7afd4806722f452bd731a7b0  events/queue.created.1.json
            543cba2c36636593795cc7dca2c9d6edf59c12d68fe634c523430f8ffe0bdcd9  events/queue.restricted.1.json
            543cba2c36636593795cc7dca2c9d6edf59c12d68fe634c523430f8ffe0bdcd9  events/queue.unrestricted.1.json
            04ae492d58a2173063d6fca3392c8dd972b1a7d04e57c53df14897e4decf414c  events/recovery.created.1.json
            ef9c56decd40a570f98ce53d380bbd093acbb6648e214e3c8b26c30148ef5a51  events/recovery.dropped.1.json
            4a3650a4b3e74777f2b82b63eecf3c12d677358b2dc4e952b4a829400d28f80f  events/retention.rule-published.1.json
            b66a5c8b036f447f3a63f1ec79697ea21a294ee4a9f346327d7f4b0779f7bf6f  events/retention.rule-withdrawn.1.json
            7c0d5cbe3d482c1a2ee57bada3bc6cfb67f05c784c4af5a78bd7cc6ea7840815  events/reversion.finished.1.json
            d35f52d19a709e44ab2b6d5437a07d453c48d30d8a913e5c0f50f477b89456ce  events/reversion.started.1.json
            e20bd723e14858d02966378b505a4505196b3568beed4b96a05882199bb24b9a  events/team.agent-joined.1.json
            e20bd723e14858d02966378b505a4505196b3568beed4b96a05882199bb24b9a  events/team.agent-left.1.json
            f439d8dad8a42183c4410712eb0dccc071fdb0d71e2eb0b75dbc67dca4ba327b  events/team.changed.1.json
            49a09c7a0bce9cdf8523e3910f435d910fcc963941fcbee7d81f534f2cdba751  events/team.created.1.json
            e3a00b9ee247e0f34971eeebfac2cd0a73f969699b14a33b5c111299f1be9e19  events/ticket.activity-imported.1.json
            34d67c08fb7ebd46ded0e9986a3f2e179d68c408476c1485303fd855fbf648bf  events/ticket.assigned.1.json
            0aa59a10f6d27751edfb4a8830cc24bc90d577a09566ec6e800e85b217822f5e  events/ticket.attachment-added.1.json
            5558966a3ab5f62f079a33fb7a5f6448d3b8334b2349ef7e4a2fdee0a974c8d1  events/ticket.attachment-removed.1.json
            e44da0edf836fece854d20cb027a64e947bcb7aa944a714c470aa65b4cf521bc  events/ticket.cancelled.1.json
            551ada4a2475ced530dc3e3e3434530c11b652ec7e40dc3475f2be50278a4e6a  events/ticket.categorized.1.json
            3dafc5b6d1bf2176c5d2355a257366b4e5079b2e9023bf83500650cbe048b769  events/ticket.closed.1.json
            9b65a966890b9edf2d22e8c7d7386d8e15c737b565249f18beaddf4639b4f904  events/ticket.content-erased.1.json
            1357ce2995d6ef5650437b3b44ea8ec8a8e2b71969f3b2d2ee855af74ea94133  events/ticket.field-changed.1.json
            ef304600af5ae9843d6d5793a96175a677eba24842c0cde80a5e2c515dafcf48  events/ticket.hold-reason-changed.1.json
            7b991af27629f1e36c9d6ff52321583e972c47cde2ec9d590ee822577b9cd1e5  events/ticket.imported.1.json
            a9e118e5de510f610904e68b90b716bc4d93ee3a9f53677b136ce1b1fc924457  events/ticket.internal-note-added.1.json
            bf29a6b59b46488d56d047a647bde4d60674fbbc010ad5e96026207db7d0aef0  events/ticket.legal-hold-placed.1.json
            0355cc79aa4d669a29e6e95ae11f8d664ecd84abfcfc478275e8ff5e8131c922  events/ticket.legal-hold-released.1.json
            6f5c94847a84a4a58d63646d02088c9113064592fb838092d3efb1f8131fcb57  events/ticket.linked.1.json
            839967e117bee5c3b1a7f22fb680c85bb43363673264c47ddd80f26fe3275e3c  events/ticket.major-incident-declared.1.json
            839967e117bee5c3b1a7f22fb680c85bb43363673264c47ddd80f26fe3275e3c  events/ticket.major-incident-stood-down.1.json
            839967e117bee5c3b1a7f22fb680c85bb43363673264c47ddd80f26fe3275e3c  events/ticket.marked-as-spam.1.json
            09e63a89e19d0fa89555fe9124105a72217d8e73951e25f319d13916850cdb31  events/ticket.opened.1.json
            461b42bad3789c704469c121a51e26191056ce0ca65c93a6f2764f0591ed6cba  events/ticket.pended.1.json
            dc3f1cf18d9a60413026d552998a2701c9d46271f6ffc66f96863673f441fd65  events/ticket.prioritized.1.json
            f7524af80e22f8202303f28dd1f26fc6c87ffcdbef331214d893dac7788bce41  events/ticket.priority-overridden.1.json
            000135e5f9ca87173717c20554ab7137f54621199979deed8a062aefe4853712  events/ticket.priority-override-withdrawn.1.json
            069757bb4fc8e1a14614a4c417b9944e69d51854c5062c78207477892edbf6df  events/ticket.public-reply-added.1.json
            fd5619a7b5ad9ab927f0fadd6421580548842d4e3e7e6fc9933775c1e9749a17  events/ticket.put-on-hold.1.json
            7db42dccb75ee0814f8eacd2d1f39262d8c827c145ec00a3208fff32b4011170  events/ticket.queued.1.json
            3dafc5b6d1bf2176c5d2355a257366b4e5079b2e9023bf83500650cbe048b769  events/ticket.reopened.1.json
            9bfa8d2b5356f2608c1d05c406939043c43a7053f5007ba14df248a46dd38381  events/ticket.requester-changed.1.json
            44c8286a43f8d23bab9a4c5a9bb8230a26c21005c046e6f00437ed44f81398b6  events/ticket.requester-replied.1.json
            ccc55dfc7bbc91a6fc936c4f0ba66bba0478d06aae4b0048c9a78d810d7913c5  events/ticket.resolved.1.json
            982be56c6fef5f93fa18ab7de99c8a30bd19a4e90b9ac004f4a5b34d2b8f7459  events/ticket.resumed.1.json
            ac6ca1607b8f0c9c393c9a3b1111ce60c9d4989eb1f332ae00d90d7b6070fbfd  events/ticket.reverted.1.json
            4c8b02cb79d5ac8aa973ac36a930d2167138949cd26b9163b1cd4ba9bb84d058  events/ticket.subject-changed.1.json
            3ba53a9615126ed77ea0719cd8615067ca05061dc7de28944f441270562090e4  events/ticket.tag-added.1.json
            3ba53a9615126ed77ea0719cd8615067ca05061dc7de28944f441270562090e4  events/ticket.tag-removed.1.json
            20c57ea76c67436e0085c29406dd81bb885f20a816db50a86f64c75fb2d208f4  events/ticket.type-changed.1.json
            ab6de1839308fafc012ccf6351b949a20ed8f70d118ddfa577dc9392cca2fc04  events/ticket.unassigned.1.json
            6f5c94847a84a4a58d63646d02088c9113064592fb838092d3efb1f8131fcb57  events/ticket.unlinked.1.json
            839967e117bee5c3b1a7f22fb680c85bb43363673264c47ddd80f26fe3275e3c  events/ticket.unmarked-as-spam.1.json
            2929ba7c60ad56447683709a7d127d194ceb69dfedb15664b4ed281844c7ead7  events/ticket.watcher-added.1.json
            2929ba7c60ad56447683709a7d127d194ceb69dfedb15664b4ed281844c7ead7  events/ticket.watcher-removed.1.json
            9af806e42e965bcd7652152240418823ea1dca5cecb21c2fbcc4d10a1180c08a  events/ticket.work-started.1.json
            c2c0bd2848c853ffef5a5a97fcdc923fb08bce9f8bba7a962e3bf01e5e05ea15  metadata/envelope-full.1.json
            f906cab428258cc37ee08e055ba4b08f3ae77c84cfc01db0e9fe14d5c9b5a3e8  metadata/envelope-shortest.1.json
            e881cddb501e1023383f09ac61bda3b81de25b8360b12a2c8c8517b00fae39a4  metadata/envelope-traced.1.json
            """.lines()
            .map(line -> line.split("  ", 2))
            .collect(Collectors.toMap(part -> part[1], part -> part[0], (a, b) -> a, TreeMap::new));

    private GoldenManifest() {}
}
