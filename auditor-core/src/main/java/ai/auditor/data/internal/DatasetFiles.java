package ai.auditor.data.internal;

import ai.auditor.AuditException;
import ai.auditor.Printable;
import ai.auditor.Reason;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the files of one dataset: those that are named, and those in folders that are. */
public final class DatasetFiles {
    /** Twice the shards of the largest public corpora. */
    private static final int MOST_FILES = 20_000;

    /** As Hugging Face names the parts of a split. */
    private static final Pattern SHARD = Pattern.compile("(.*?)-?(\\d{5,})-of-(\\d{5,})\\..*");

    private static final Set<String> SPLITS = Set.of("train", "test", "validation", "valid", "val", "dev", "eval");

    private static final Set<String> DESCRIPTIONS = Set.of(
            "dataset_info.json",
            "dataset_infos.json",
            "dataset_dict.json",
            "state.json",
            "license",
            "notice",
            "readme");
    private static final List<String> DESCRIPTION_ENDINGS = List.of(".md", ".txt", ".provenance.json", ".lock", ".crc");

    private DatasetFiles() {}

    /**
     * The files of one dataset in the order in which they are read: as named, those of a folder by their names.
     *
     * @param named one file or folder, or several
     * @throws AuditException {@code USAGE} for what is not there, a folder that holds no data, data of several formats or splits, or
     *     something of which nobody can tell whether it is data; {@code DATA} for a folder in which a part is missing or that cannot
     *     be read
     */
    public static List<Path> of(List<Path> named) {
        List<Path> files = new ArrayList<>();
        for (Path path : named) {
            if (Files.isDirectory(path)) {
                files.addAll(inFolder(path));
            } else {
                files.add(path);
            }
        }
        if (files.size() > 1) {
            requireOneFormat(files);
        }
        return files;
    }

    private static List<Path> inFolder(Path folder) {
        String name = Printable.line(folder.toString());
        List<Path> data = new ArrayList<>();
        Set<String> folders = new TreeSet<>();
        Set<String> unknown = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                AuditException.checkInterrupted();
                String file = String.valueOf(entry.getFileName());
                if (isHidden(file)) {
                    continue;
                }
                if (Files.isDirectory(entry)) {
                    folders.add(file);
                } else if (!isDescription(file)) {
                    if (DataFormat.of(entry).isPresent()) {
                        data.add(entry);
                    } else {
                        unknown.add(file);
                    }
                    if (data.size() + unknown.size() > MOST_FILES) {
                        throw usage(name + ": more than " + MOST_FILES + " files are no dataset that is read here");
                    }
                }
            }
        } catch (IOException unreadable) {
            AuditException.checkInterrupted();
            throw new AuditException(
                    AuditException.Code.DATA, name + ": cannot be listed: " + Reason.of(unreadable), unreadable);
        }
        if (data.isEmpty()) {
            throw usage(name + ": is a folder without data"
                    + (folders.isEmpty()
                            ? "; " + DataFormat.knownEndings()
                            : "; name one of its folders: " + Printable.quotedAll(folders)));
        }
        if (!unknown.isEmpty()) {
            throw usage(name + ": nobody can tell whether these files in it are data: " + Printable.quotedAll(unknown)
                    + "; name the files that are, with commas between them");
        }
        data.sort(Comparator.comparing(file -> String.valueOf(file.getFileName())));
        requireOneSplit(name, data);
        return data;
    }

    /** Spark marks its own files by an underscore. */
    private static boolean isHidden(String file) {
        return file.startsWith(".") || file.startsWith("_");
    }

    /** What lies beside data and says something of it; the cache is what Hugging Face made of a dataset before. */
    private static boolean isDescription(String file) {
        String lower = file.toLowerCase(Locale.ROOT);
        return DESCRIPTIONS.contains(lower)
                || DESCRIPTION_ENDINGS.stream().anyMatch(lower::endsWith)
                || (lower.startsWith("cache-") && lower.endsWith(".arrow"));
    }

    private static void requireOneFormat(List<Path> files) {
        Map<DataFormat, Path> formats = new TreeMap<>();
        for (Path file : files) {
            DataFormat.of(file).ifPresent(format -> formats.putIfAbsent(format, file));
        }
        if (formats.size() > 1) {
            List<String> found = formats.entrySet().stream()
                    .map(entry -> entry.getKey().shown() + " ("
                            + Printable.line(entry.getValue().toString()) + ")")
                    .toList();
            throw usage("the files of one dataset are of one format, and here are " + String.join(" and ", found)
                    + ": the same rows may lie there twice; name the files that count");
        }
    }

    private static void requireOneSplit(String folder, List<Path> files) {
        Map<String, Set<Long>> parts = new TreeMap<>();
        Map<String, Long> counts = new TreeMap<>();
        Set<String> splits = new TreeSet<>();
        for (Path path : files) {
            String file = String.valueOf(path.getFileName());
            Matcher shard = SHARD.matcher(file);
            if (shard.matches()) {
                splits.add(shard.group(1));
                String set = shard.group(1) + "-of-" + shard.group(3);
                parts.computeIfAbsent(set, absent -> new TreeSet<>()).add(number(shard.group(2)));
                counts.put(set, number(shard.group(3)));
            } else {
                splitOf(file).ifPresent(splits::add);
            }
        }
        if (splits.size() > 1) {
            throw usage(folder + ": holds several splits: " + Printable.quotedAll(splits)
                    + "; name the files of one, with commas between them");
        }
        counts.forEach((set, count) -> {
            Set<Long> there = parts.getOrDefault(set, Collections.emptySet());
            if (there.size() != count) {
                throw new AuditException(
                        AuditException.Code.DATA,
                        folder + ": has " + there.size() + " of the " + count + " files of " + Printable.quoted(set)
                                + "; fetch the others, or name the files that count with commas between them");
            }
        });
    }

    private static Optional<String> splitOf(String file) {
        String stem = file.substring(0, file.indexOf('.')).toLowerCase(Locale.ROOT);
        return SPLITS.contains(stem) ? Optional.of(stem) : Optional.empty();
    }

    /** A number too long to be one of a part is that of no part. */
    private static long number(String digits) {
        return digits.length() < 10 ? Long.parseLong(digits) : Long.MAX_VALUE;
    }

    private static AuditException usage(String message) {
        return new AuditException(AuditException.Code.USAGE, message);
    }
}
