package io.headrace.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract of storages must fail for storages that are broken on purpose. */
class StorageTwinTest {
    /** Does a call in place of the storage or file; answers {@link #AS_IT_IS} to leave it alone. */
    private interface Break {
        Object call(Object target, Method method, Object[] arguments) throws Throwable;
    }

    private static final Object AS_IT_IS = new Object();

    @Test
    void shouldPassTheContractWhenNothingIsBroken() throws Exception {
        assertThat(failures((target, method, arguments) -> AS_IT_IS)).isEmpty();
    }

    @Test
    void shouldFailTheContractWhenAWriteIsOffByOne() throws Exception {
        assertThat(failures((target, method, arguments) -> {
                    if (method.getName().equals("write") && arguments[0] instanceof ByteBuffer from) {
                        ((StorageFile) target).write(from, (long) arguments[1] + 1);
                        return null;
                    }
                    return AS_IT_IS;
                }))
                .contains("shouldReadWhatWasWrittenAtAnyPlace");
    }

    @Test
    void shouldFailTheContractWhenAGatheringWriteTakesOneBufferTooMany() throws Exception {
        assertThat(failures((target, method, arguments) -> {
                    if (method.getName().equals("write") && arguments[0] instanceof ByteBuffer[] from) {
                        ((StorageFile) target).write(from, (int) arguments[1] + 1, (long) arguments[2]);
                        return null;
                    }
                    return AS_IT_IS;
                }))
                .containsExactly("shouldGatherBuffersOneAfterTheOther");
    }

    @Test
    void shouldFailTheContractWhenCreatingTakesAnOldFile() throws Exception {
        assertThat(failures((target, method, arguments) -> {
                    if (method.getName().equals("open")
                            && arguments[1] == Storage.OpenMode.CREATE
                            && ((Storage) target).exists((Path) arguments[0])) {
                        return ((Storage) target).open((Path) arguments[0], Storage.OpenMode.WRITE);
                    }
                    return AS_IT_IS;
                }))
                .containsExactly("shouldOpenAsAsked");
    }

    @Test
    void shouldFailTheContractWhenALockIsNotHeld() throws Exception {
        assertThat(failures((target, method, arguments) -> {
                    if (method.getName().equals("lock")) {
                        Storage.FolderLock lock = ((Storage) target).lock((Path) arguments[0]);
                        lock.close();
                        return lock;
                    }
                    return AS_IT_IS;
                }))
                .containsExactly("shouldLockAFolderOnceAndNameTheHolder");
    }

    @Test
    void shouldFailTheContractWhenNothingIsShortened() throws Exception {
        assertThat(failures((target, method, arguments) -> method.getName().equals("truncate") ? null : AS_IT_IS))
                .containsExactly("shouldShortenAFile");
    }

    /** Names of the contract's tests that fail for a broken storage. */
    private static List<String> failures(Break broken) throws Exception {
        List<String> failed = new ArrayList<>();
        for (Method test : StorageContract.class.getDeclaredMethods()) {
            if (test.isAnnotationPresent(Test.class)) {
                StorageContract contract = new StorageContract() {
                    @Override
                    Storage create() {
                        return twin(Storage.class, new SimulatedDisk(), broken);
                    }

                    @Override
                    Path root() {
                        return Path.of("memory");
                    }
                };
                contract.makeFolder();
                try {
                    test.invoke(contract);
                } catch (InvocationTargetException e) {
                    assertThat(e.getCause()).isInstanceOf(AssertionError.class);
                    failed.add(test.getName());
                }
            }
        }
        return failed;
    }

    private static <T> T twin(Class<T> type, T target, Break broken) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    try {
                        Object answer = broken.call(target, method, arguments);
                        answer = answer == AS_IT_IS ? method.invoke(target, arguments) : answer;
                        return answer instanceof StorageFile file ? twin(StorageFile.class, file, broken) : answer;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                }));
    }
}
