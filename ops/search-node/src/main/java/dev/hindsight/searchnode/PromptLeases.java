package dev.hindsight.searchnode;

import java.util.Collection;
import java.util.List;
import org.opensearch.common.settings.Setting;
import org.opensearch.common.settings.Settings;
import org.opensearch.index.IndexService;
import org.opensearch.index.IndexSettings;
import org.opensearch.index.shard.IndexSettingProvider;
import org.opensearch.plugins.Plugin;

/**
 * Replaced documents stay in an index until its shards have said that nobody needs them to catch up, which they say every
 * 30 seconds. So long an erasure would wait for nothing; here they say it at once. Indexes that were made without this go
 * on as they did.
 */
public final class PromptLeases extends Plugin {

    @Override
    public List<Setting<?>> getSettings() {
        return List.of(IndexService.RETENTION_LEASE_SYNC_INTERVAL_SETTING);
    }

    @Override
    public Collection<IndexSettingProvider> getAdditionalIndexSettingProviders() {
        return List.of(new IndexSettingProvider() {
            @Override
            public Settings getAdditionalIndexSettings(String index, boolean isDataStream, Settings asked) {
                return Settings.builder()
                        // as it is anyway: the Java client can't read settings of leases without their period
                        .put(IndexSettings.INDEX_SOFT_DELETES_RETENTION_LEASE_PERIOD_SETTING.getKey(), "12h")
                        .put(IndexService.RETENTION_LEASE_SYNC_INTERVAL_SETTING.getKey(), "1s")
                        .build();
            }
        });
    }
}
